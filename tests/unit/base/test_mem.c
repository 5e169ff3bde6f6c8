#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "slad/base/mem.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void nothing_can_be_allocated_too(void **state) {
    (void)state;
    void *p = mem_alloc(0);
    assert_non_null(p);
    p = mem_realloc(p, 0);
    assert_non_null(p);
    free(p);
    free(mem_zalloc(0));
    free(mem_dup(NULL, 0));
}

static void copies_are_copies(void **state) {
    (void)state;
    char *text = mem_dup_text((struct span){"abcdef", 3});
    assert_string_equal(text, "abc");
    free(text);
    text = mem_dup_text((struct span){NULL, 0});
    assert_string_equal(text, "");
    free(text);
    int numbers[] = {1, 2, 3}, *same = mem_dup(numbers, sizeof numbers);
    assert_memory_equal(numbers, same, sizeof numbers);
    free(same);
}

static void arrays_double(void **state) {
    (void)state;
    size_t capacity = 0;
    uint32_t *array = mem_grow(NULL, &capacity, 3, sizeof *array);
    assert_int_equal(capacity, 3);
    assert_ptr_equal(mem_grow(array, &capacity, 3, sizeof *array), array);
    array[2] = 7;
    array = mem_grow(array, &capacity, 4, sizeof *array);
    assert_int_equal(capacity, 6);
    assert_int_equal(array[2], 7);
    array = mem_grow(array, &capacity, 100, sizeof *array);
    assert_int_equal(capacity, 100);
    free(array);
}

static void an_arena_gives_zeroed_aligned_pieces(void **state) {
    (void)state;
    struct arena arena = {0};
    size_t asked = 0;
    for (size_t bytes = 0; bytes < 9000; bytes = bytes * 2 + 1) {
        for (int again = 0; again < 20; again++) {
            char *piece = arena_alloc(&arena, bytes);
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < bytes; i++) assert_int_equal(piece[i], 0);
            memset(piece, 0xFF, bytes);
            asked += bytes;
        }
    }
    assert_true(arena.total_bytes >= asked);
    assert_true(arena.total_bytes < asked * 2);
    assert_string_equal(arena_text(&arena, (struct span){"abcdef", 3}), "abc");
    arena_fini(&arena);
    assert_int_equal(arena.total_bytes, 0);
    memset(arena_alloc(&arena, 100000), 1, 100000); /* usable again, and a large thing may come first */
    arena_alloc(&arena, 1);
    arena_fini(&arena);
}

static void no_memory(int out) {
    dup2(out, STDERR_FILENO);
    unsetenv("JOURNAL_STREAM");
    signal(SIGABRT, SIG_DFL); /* cmocka and sanitizers have their own */
    size_t capacity = 1;
    mem_grow(NULL, &capacity, SIZE_MAX / 2, 8);
}

static void running_out_of_memory_says_so_and_aborts(void **state) {
    (void)state;
    int pipe_fds[2], status;
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
        no_memory(pipe_fds[1]);
        _exit(0);
    }
    close(pipe_fds[1]);
    char said[200] = "";
    assert_true(read(pipe_fds[0], said, sizeof said - 1) > 0);
    close(pipe_fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_ptr_equal(strstr(said, "out of memory bytes="), said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_can_be_allocated_too),
        cmocka_unit_test(copies_are_copies),
        cmocka_unit_test(arrays_double),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_pieces),
        cmocka_unit_test(running_out_of_memory_says_so_and_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
