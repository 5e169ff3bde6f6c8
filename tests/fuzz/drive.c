/* A main() for compilers without libFuzzer, with the options of it that tests/fuzz/run gives: runs the files of its
 * folders, then changes them at random, by a seed, until the time is up. What fails is left in a file. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "slad/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Of the sanitizers, where there are any. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

enum { WORD_MAX = 64, CHANGES_MOST = 6, INPUT_MAX = 70000 };

struct bytes {
    uint8_t *data;
    size_t size;
};
static struct {
    struct bytes *corpus, *words;
    size_t count, capacity, word_count, word_capacity;
    uint64_t random;
    const char *prefix;
    struct bytes now; /* the input in hand */
} drive = {.random = 1, .prefix = ""};

static uint64_t draw(uint64_t below) {
    drive.random ^= drive.random << 13;
    drive.random ^= drive.random >> 7;
    drive.random ^= drive.random << 17;
    return (drive.random >> 11) % below;
}

/* ---------------------------------------------------------------- what is there */

static void add(struct bytes **list, size_t *count, size_t *capacity, const void *data, size_t size) {
    *list = mem_grow(*list, capacity, *count + 1, sizeof **list);
    (*list)[(*count)++] = (struct bytes){size ? mem_dup(data, size) : mem_zalloc(1), size};
}

static void read_file(const char *path) {
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (!file) return;
    add(&drive.corpus, &drive.count, &drive.capacity, data, fread(data, 1, sizeof data, file));
    fclose(file);
}

static void read_folder(const char *path) {
    struct dirent **list = NULL;
    int count = scandir(path, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, list[i]->d_name);
        if (list[i]->d_name[0] != '.') read_file(name);
        free(list[i]);
    }
    free(list);
}

/* Lines with a word in quotes, \xNN, \\ and \" in it. */
static void read_words(const char *path) {
    char line[1024];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        uint8_t word[WORD_MAX];
        size_t size = 0;
        char *p = strchr(line, '"');
        if (line[0] == '#' || !p) continue;
        for (p++; *p && *p != '"' && size < WORD_MAX; p++) {
            if (*p != '\\') word[size++] = (uint8_t)*p;
            else if (*++p != 'x') word[size++] = (uint8_t)*p;
            else {
                char hex[3] = {p[1], p[2], 0};
                word[size++] = (uint8_t)strtoul(hex, NULL, 16);
                p += 2;
            }
        }
        add(&drive.words, &drive.word_count, &drive.word_capacity, word, size);
    }
    if (file) fclose(file);
}

/* ---------------------------------------------------------------- changes */

/* Puts `put` in the place of `cut` bytes. */
static void put_in(struct bytes *input, size_t at, size_t cut, const uint8_t *put, size_t size) {
    size_t tail = input->size - at - cut;
    if (at + size + tail > INPUT_MAX) return;
    uint8_t *data = mem_alloc(at + size + tail + 1);
    if (at) memcpy(data, input->data, at);
    if (size) memcpy(data + at, put, size);
    if (tail) memcpy(data + at + size, input->data + at + cut, tail);
    free(input->data);
    *input = (struct bytes){data, at + size + tail};
}

static void change(struct bytes *input) {
    static const uint8_t odd[] = {0, 0xff, '\n', '\r', '"', '\\', '{', '[', ':', ',', ' ', '-', '0', '9', '%', 0x80};
    size_t at = draw(input->size + 1), left = input->size - at, few = left ? draw(left < 8 ? left + 1 : 9) : 0;
    uint8_t one = draw(2) ? odd[draw(sizeof odd)] : (uint8_t)draw(256);
    const struct bytes *other = &drive.corpus[draw(drive.count)];
    size_t from = draw(other->size + 1), length = draw(other->size - from + 1);
    switch (draw(7)) {
    case 0: put_in(input, at, left ? 1 : 0, &one, 1); break;
    case 1: put_in(input, at, 0, &one, 1); break;
    case 2: put_in(input, at, few, NULL, 0); break;
    case 3: put_in(input, at, draw(2) ? length < left ? length : left : 0, other->data + from, length); break;
    case 4:
        if (drive.word_count) {
            const struct bytes *word = &drive.words[draw(drive.word_count)];
            put_in(input, at, draw(2) ? few : 0, word->data, word->size);
        }
        break;
    case 5: put_in(input, at, left, NULL, 0); break;
    case 6:
        for (int i = (int)draw(12); few && i >= 0; i--) put_in(input, at, 0, input->data + at, few);
        break;
    }
}

static void run_changed(const struct bytes *seed) {
    drive.now = (struct bytes){mem_dup(seed->data, seed->size + !seed->size), seed->size};
    for (uint64_t i = 1 + draw(CHANGES_MOST); i > 0; i--) change(&drive.now);
    (void)LLVMFuzzerTestOneInput(drive.now.data, drive.now.size);
    free(drive.now.data);
    drive.now = (struct bytes){0};
}

/* ---------------------------------------------------------------- what fails */

static void leave(void) {
    char name[256];
    static bool left;
    if (left || !drive.now.data) return;
    left = true;
    snprintf(name, sizeof name, "%scrash-%d", drive.prefix, (int)getpid());
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, drive.now.data, drive.now.size) != (ssize_t)drive.now.size) return;
    close(fd);
    fprintf(stderr, "the input is in %s\n", name);
}

static void die(int number) {
    leave();
    signal(number, SIG_DFL);
    raise(number);
}

static const char *value_of(const char *option, const char *name) {
    size_t n = strlen(name);
    return strncmp(option, name, n) == 0 ? option + n : NULL;
}

int main(int argc, char **argv) {
    time_t seconds = 1;
    uint64_t runs = 0;
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = value_of(argv[i], "-max_total_time="))) seconds = atol(value);
        else if ((value = value_of(argv[i], "-seed="))) drive.random = strtoull(value, NULL, 10) * 2 + 1;
        else if ((value = value_of(argv[i], "-dict="))) read_words(value);
        else if ((value = value_of(argv[i], "-artifact_prefix="))) drive.prefix = value;
        else if (argv[i][0] != '-') read_folder(argv[i]), read_file(argv[i]);
    }
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(leave);
    signal(SIGABRT, die);
    signal(SIGSEGV, die);
    if (!drive.count) add(&drive.corpus, &drive.count, &drive.capacity, "", 0);
    for (size_t i = 0; i < drive.count; i++, runs++) {
        drive.now = drive.corpus[i];
        (void)LLVMFuzzerTestOneInput(drive.now.data, drive.now.size);
    }
    for (time_t end = time(NULL) + seconds; time(NULL) < end; runs++) run_changed(&drive.corpus[draw(drive.count)]);
    printf("%llu inputs\n", (unsigned long long)runs);
    for (size_t i = 0; i < drive.count; i++) free(drive.corpus[i].data);
    for (size_t i = 0; i < drive.word_count; i++) free(drive.words[i].data);
    free(drive.corpus);
    free(drive.words);
    return 0;
}
