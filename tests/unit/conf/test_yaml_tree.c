/* The tree knows where its nodes stand, and no file makes it costly. */
#include "folder.h"

#include "conf/yaml_tree.h"

struct read {
    struct arena arena;
    struct findings findings;
    const struct node *root;
    int rc;
};

static struct read read_bytes(const char *text, size_t bytes) {
    struct read r = {0};
    r.rc = yaml_tree_read(&r.arena, "f.yaml", (struct span){text, bytes}, &r.findings, &r.root);
    return r;
}

static void read_fini(struct read *r) {
    findings_fini(&r->findings);
    arena_fini(&r->arena);
}

static void nodes_know_their_place(void **state) {
    (void)state;
    static const char text[] = "a: 1\nключ:\n  - 'x'\n  - {b: [c]}\n";
    struct read r = read_bytes(text, sizeof text - 1);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.root->kind, NODE_MAP);
    assert_int_equal(r.root->count, 2);
    assert_true(node_value(r.root, 0)->plain);
    assert_int_equal(node_value(r.root, 0)->column, 4);
    const struct node *list = node_value(r.root, 1);
    assert_int_equal(list->kind, NODE_LIST);
    assert_false(list->items[0]->plain);
    assert_int_equal(list->items[0]->line, 3);
    const struct node *b = node_value(list->items[1], 0);
    assert_true(b->line == 4 && b->column == 9 && b->kind == NODE_LIST);
    assert_int_equal(r.root->height, 5);
    assert_int_equal(r.root->weight, 10);
    read_fini(&r);
}

static void an_empty_text_has_no_root(void **state) {
    (void)state;
    struct read r = read_bytes("", 0);
    assert_int_equal(r.rc, 0);
    assert_null(r.root);
    read_fini(&r);
    r = read_bytes("# only a comment", 16);
    assert_int_equal(r.rc, 0);
    assert_null(r.root);
    read_fini(&r);
}

/* prefix, then `unit` often enough to fill a file. */
static struct read read_repeated(const char *prefix, const char *unit) {
    struct buf text = {0};
    buf_add_text(&text, prefix);
    while (text.size + strlen(unit) <= YAML_BYTES_MAX) buf_add_text(&text, unit);
    struct read r = read_bytes(text.data, text.size);
    buf_fini(&text);
    return r;
}

static void deep_nesting_is_refused_as_soon_as_it_is_seen(void **state) {
    (void)state;
    static const char *const units[] = {"[", "[\n", "{a: ", "- ", "? ", "{? "};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct read r = read_repeated("", units[i]);
        assert_int_equal(r.rc, ERR_INVALID);
        assert_int_equal(r.findings.count, 1);
        if (!strstr(r.findings.list[0].text, "nested too deeply"))
            fail_msg("%s: %s", units[i], r.findings.list[0].text);
        read_fini(&r);
    }
}

static void nesting_is_counted_exactly(void **state) {
    (void)state;
    char text[2 * YAML_DEPTH_MAX + 3] = "";
    for (int depth = YAML_DEPTH_MAX; depth <= YAML_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct read r = read_bytes(text, 2 * (size_t)depth);
        assert_int_equal(r.rc, depth <= YAML_DEPTH_MAX ? 0 : ERR_INVALID);
        read_fini(&r);
    }
}

static void aliases_count_as_if_written_out(void **state) {
    (void)state;
    static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                               "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                               "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                               "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                               "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
                               "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    struct read r = read_bytes(bomb, sizeof bomb - 1);
    assert_int_equal(r.rc, ERR_INVALID);
    assert_int_equal(r.findings.list[0].line, 5);
    assert_non_null(strstr(r.findings.list[0].text, "with its aliases written out"));
    read_fini(&r);
    struct buf text = {0}; /* each list around the one before: deep, though no line is */
    buf_add_text(&text, "a0: &a0 []\n");
    for (int i = 1; i < 40; i++) buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    r = read_bytes(text.data, text.size);
    assert_int_equal(r.rc, ERR_INVALID);
    assert_non_null(strstr(r.findings.list[0].text, "nested too deeply"));
    read_fini(&r);
    buf_fini(&text);
}

static void an_alias_is_its_anchors_latest_node(void **state) {
    (void)state;
    static const char text[] = "[&a x, *a, &a y, *a]";
    struct read r = read_bytes(text, sizeof text - 1);
    assert_int_equal(r.rc, 0);
    assert_ptr_equal(r.root->items[1], r.root->items[0]);
    assert_ptr_equal(r.root->items[3], r.root->items[2]);
    read_fini(&r);
}

static void other_caps(void **state) {
    (void)state;
    struct read r = read_repeated("[", "a,");
    assert_int_equal(r.rc, ERR_INVALID);
    assert_non_null(strstr(r.findings.list[0].text, "more than 100000 values"));
    read_fini(&r);
    struct buf text = {0};
    for (int i = 0; i <= YAML_ANCHORS_MAX; i++) buf_printf(&text, "- &a%d b\n", i);
    r = read_bytes(text.data, text.size);
    assert_int_equal(r.rc, ERR_INVALID);
    assert_non_null(strstr(r.findings.list[0].text, "too many anchors"));
    read_fini(&r);
    buf_fini(&text);
    char *large = mem_alloc(YAML_BYTES_MAX + 1);
    memset(large, '#', YAML_BYTES_MAX + 1);
    r = read_bytes(large, YAML_BYTES_MAX + 1);
    assert_int_equal(r.rc, ERR_INVALID);
    assert_string_equal(r.findings.list[0].text, "larger than 1048576 bytes");
    read_fini(&r);
    r = read_bytes(large, YAML_BYTES_MAX);
    assert_int_equal(r.rc, 0);
    read_fini(&r);
    free(large);
    r = read_repeated("", "%TAG !a! b\n");
    assert_int_equal(r.rc, ERR_INVALID);
    read_fini(&r);
}

static void a_repeated_key_is_left_out(void **state) {
    (void)state;
    static const char text[] = "a: 1\n\"a\": 2\nb: 3\n";
    struct read r = read_bytes(text, sizeof text - 1);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.findings.count, 1);
    assert_int_equal(r.root->count, 2);
    assert_true(span_eq(node_value(r.root, 0)->text, SPAN("1")));
    assert_true(span_eq(node_key(r.root, 1)->text, SPAN("b")));
    read_fini(&r);
}

/* Every prefix of a text with a bit of everything ends in a tree or in one message, and nothing else. */
static void a_text_may_be_cut_anywhere(void **state) {
    (void)state;
    static const char text[] = "%YAML 1.2\n---\n? a\n: &x {b: \"q\\u00e9\\n\", 'c': [1, 2]}\nd: |\n  block\n "
                               " \xD0\x9A\ne: *x\nf: !t >-\n g\n...\n";
    for (size_t bytes = 0; bytes < sizeof text; bytes++) {
        char *copy = mem_dup(text, bytes); /* so that reading past the end is seen */
        struct read r = read_bytes(copy, bytes);
        assert_true(r.rc == 0 || (r.rc == ERR_INVALID && r.findings.count > 0));
        read_fini(&r);
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_place),
        cmocka_unit_test(an_empty_text_has_no_root),
        cmocka_unit_test(deep_nesting_is_refused_as_soon_as_it_is_seen),
        cmocka_unit_test(nesting_is_counted_exactly),
        cmocka_unit_test(aliases_count_as_if_written_out),
        cmocka_unit_test(an_alias_is_its_anchors_latest_node),
        cmocka_unit_test(other_caps),
        cmocka_unit_test(a_repeated_key_is_left_out),
        cmocka_unit_test(a_text_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
