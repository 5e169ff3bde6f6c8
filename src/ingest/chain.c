/* Which files are taken up, of the regular files in the folder that are not followed as themselves and not open:
 *  1. those that are known to have had this path, by what the system says of them, whatever they are called
 *     now: from where they were left;
 *  2. those that nobody knows, with the name of a rotated file (rotated.h): from their start,
 *      - after a rotation by renaming, when they were born no earlier than what may have been missed, and no
 *        later than the file that is here; unless they are a copy of one that is read;
 *      - after one by copying, when they were born since the file that is copied was last begun; unless they
 *        are a copy of what is in it now, which is read there as long as it is in place. The copy that holds
 *        what was read before the truncation is taken up where that ended; a shorter one holds nothing new.
 * Where the file system tells no time of birth, they must have been written to since then, or after a renaming
 * since the last position was stored; so they must when the last one is gone.
 * The clock of a file system ticks every few milliseconds: equal times say nothing about what came first, and each
 * comparison here takes them for what loses nothing; what would be read twice by that is told by what it holds. */
#include "ingest/chain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include "ingest/files.h"
#include "ingest/folder.h"
#include "ingest/rotated.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* A rotation renames all files within a moment; it does not go on for ever. */
#define SEARCHES_MAX 8

struct link {
    int fd;
    struct file_facts facts;
    struct intake_position from;
};
struct chain {
    struct follow *follow;
    const struct chain_start *start;
    const struct folder *folder;
    int last_fd;  /* -1: not there */
    bool own_fd;  /* it was opened here, and is no link */
    struct link *links;
    size_t count, capacity;
    size_t heir; /* the link that is a copy of the last, + 1 */
    bool moved; /* files were renamed since the folder was read */
    bool warned;
    bool left; /* a copy of what is still in place, which may be truncated any moment */
    int64_t since_ns; /* the first birth of what may have been missed */
};

bool chain_last_of(const struct follow *follow, struct intake_position *out) {
    struct known_name name;
    if (follow->newest) {
        *out = follow->newest->position;
        return true;
    }
    if (!known_of_name(files_known(follow->files), follow->path, &name)) return false;
    *out = *name.latest;
    out->name = span_of(follow->path);
    return true;
}

bool chain_has_more(const struct follow *follow) {
    struct known_name name;
    size_t open = 0;
    if (!known_of_name(files_known(follow->files), follow->path, &name)) return false;
    for (const struct reading *reading = follow->oldest; reading; reading = reading->newer) open++;
    return name.undone > open + 1; /* the one that is here */
}

static bool is_last(const struct chain *chain, const struct file_facts *facts) {
    struct file_facts last = file_facts_known(chain->start->last);
    return file_same(&last, facts);
}

static void add_link(
    struct chain *chain, int take_fd, const struct folder_entry *entry, const struct intake_position *from) {
    chain->links = mem_grow(chain->links, &chain->capacity, chain->count + 1, sizeof *chain->links);
    chain->links[chain->count++] = (struct link){take_fd, entry->facts, *from};
}

/* 1. */

static void take_known(
    struct chain *chain, const struct folder_entry *entry, const struct intake_position *known) {
    bool last = is_last(chain, &entry->facts);
    if (!span_eq(known->name, span_of(chain->follow->path))) return;
    if (last && chain->start->anew) return;
    bool more = entry->facts.size > known->offset || !known->done; /* it may be written to still */
    int fd = more || last ? folder_open(chain->folder, entry, &chain->moved) : -1;
    if (fd < 0) return;
    bool whole = file_matches(fd, &entry->facts, known) == FILE_IS;
    if (last && whole) chain->last_fd = fd;
    bool truncated = !whole && (last || (known->birth_ns && known->tail_bytes)); /* and renamed */
    if (truncated) add_link(chain, fd, entry, &(struct intake_position){0});
    else if (whole && more) add_link(chain, fd, entry, known);
    else if (whole && last) chain->own_fd = true;
    else close(fd);
}

/* 2. */

static bool is_in_time(const struct chain *chain, const struct file_facts *facts) {
    const struct chain_start *start = chain->start;
    bool births = facts->birth_ns && start->last->birth_ns;
    if (start->copied_fd) return (births ? facts->birth_ns : facts->mtime_ns) >= start->last->begun_ns;
    bool in_place = start->here && is_last(chain, start->here); /* then nothing came after it */
    if (!births) return !in_place && facts->mtime_ns >= start->last->mtime_ns;
    if (facts->birth_ns < chain->since_ns) return false;
    if (start->here && start->here->birth_ns && facts->birth_ns > start->here->birth_ns) return false;
    return chain->last_fd >= 0 || facts->mtime_ns >= start->last->mtime_ns;
}

/* Then copies are held against what was read, too, which stays what it was when the file is truncated meanwhile. */
static bool has_been_read(const struct chain_start *start) {
    return start->copied_fd && !start->anew && start->before->next > 0;
}

/* Few bytes may be alike by chance, but not where both came to be at once: the clock of a file system ticks every few
 * milliseconds, and which was first does not show. */
static bool may_be_copy(const struct file_facts *facts, int of) {
    struct file_facts whole;
    if (facts->size >= FILE_HASH_BYTES) return true;
    return facts->size > 0 && facts->birth_ns && file_facts_of(of, &whole, NULL) == 0 &&
           whole.birth_ns == facts->birth_ns;
}

static bool is_copy_of(int fd, const struct file_facts *facts, int of) {
    return may_be_copy(facts, of) && file_is_copy(fd, of);
}

/* Of what is in it, or of what was read of it: it may have been truncated since. */
static bool is_copy_of_reading(int fd, const struct file_facts *facts, const struct reading *reading) {
    if (!may_be_copy(facts, reading->fd)) return false;
    return file_is_copy(fd, reading->fd) || (reading->head_bytes && reading_is_in(reading, fd, facts->size));
}

static bool is_copy_of_open(const struct chain *chain, int fd, const struct file_facts *facts) {
    const struct chain_start *start = chain->start;
    if (has_been_read(start) && reading_is_in(start->before, fd, facts->size)) return true;
    if (start->copied_fd) return file_is_copy(fd, *start->copied_fd);
    if (chain->last_fd >= 0 && is_copy_of(fd, facts, chain->last_fd)) return true;
    if (start->here_fd && is_copy_of(fd, facts, *start->here_fd)) return true;
    for (const struct reading *reading = chain->follow->oldest; reading; reading = reading->newer)
        if (is_copy_of_reading(fd, facts, reading)) return true;
    return false;
}

/* Whether it is the beginning of what was read of the last, and no more. When too little is known of what that was, it
 * is one that was complete when the last thing that was read was written: what had been in the last before was looked
 * for by then. */
static bool is_short_copy(const struct chain *chain, int fd, const struct file_facts *facts) {
    const struct intake_position *last = chain->start->last;
    const struct reading *reading = chain->start->before;
    if (facts->size == 0 || facts->size >= last->offset) return false;
    if (chain->heir) return file_is_copy(fd, chain->links[chain->heir - 1].fd);
    if (facts->size >= FILE_HASH_BYTES) return file_begins(fd, last);
    if (reading && reading->head_bytes) return reading_is_in(reading, fd, facts->size);
    return chain->start->copied_fd && facts->mtime_ns <= last->mtime_ns;
}

/* So that it is not taken for a new file when the next one is looked for. */
static void remember_copy(struct chain *chain, const struct file_facts *facts) {
    struct err err = {0};
    struct intake_position position = {.name = span_of(chain->follow->path),
        .device = facts->device,
        .inode = facts->inode,
        .birth_ns = facts->birth_ns,
        .mtime_ns = facts->mtime_ns,
        .offset = facts->size,
        .done = true};
    (void)!files_put(chain->follow->files, &position, &err);
}

/* Of two copies the longer one. */
static void take_heir(struct chain *chain, int take_fd, const struct folder_entry *entry) {
    struct link link = {take_fd, entry->facts, *chain->start->last};
    struct link *held = chain->heir ? &chain->links[chain->heir - 1] : NULL;
    if (!held) {
        add_link(chain, take_fd, entry, chain->start->last);
        chain->heir = chain->count;
        return;
    }
    if (held->facts.size < entry->facts.size) {
        struct link shorter = *held;
        *held = link;
        link = shorter;
    }
    remember_copy(chain, &link.facts);
    close(link.fd);
}

/* Whether the last one does not hold any more what was read of it, so that a copy may. */
static bool is_lost(const struct chain *chain) {
    return chain->last_fd < 0 && chain->start->last->offset > 0;
}

static bool is_empty(int fd) {
    struct file_facts facts;
    return file_facts_of(fd, &facts, NULL) == 0 && facts.size == 0;
}

static void look_for_heir(struct chain *chain, const struct folder_entry *entry) {
    bool may_be = is_lost(chain) && is_in_time(chain, &entry->facts);
    int fd = may_be ? folder_open(chain->folder, entry, &chain->moved) : -1;
    if (fd < 0) return;
    if (file_holds(fd, &entry->facts, chain->start->last))
        take_heir(chain, fd, entry);
    else
        close(fd);
}

static bool is_heir(const struct chain *chain, const struct file_facts *facts) {
    return chain->heir && file_same(&chain->links[chain->heir - 1].facts, facts);
}

static void take_unknown(struct chain *chain, const struct folder_entry *entry) {
    const struct chain_start *start = chain->start;
    bool may_be = is_in_time(chain, &entry->facts) && !is_heir(chain, &entry->facts);
    int fd = may_be ? folder_open(chain->folder, entry, &chain->moved) : -1;
    if (fd < 0) return;
    if (is_lost(chain) && is_short_copy(chain, fd, &entry->facts)) {
        remember_copy(chain, &entry->facts);
        close(fd);
    } else if (is_copy_of_open(chain, fd, &entry->facts)) {
        chain->left = chain->left || !is_empty(fd) || (start->copied_fd && !is_empty(*start->copied_fd));
        close(fd);
    } else {
        add_link(chain, fd, entry, &(struct intake_position){0});
    }
}

static void warn_of_compressed(struct chain *chain, const struct folder_entry *entry) {
    struct follow *follow = chain->follow;
    struct known_name name;
    int64_t read_ns = chain->start->last->mtime_ns;
    if (known_of_name(files_known(follow->files), follow->path, &name) && name.mtime_ns > read_ns)
        read_ns = name.mtime_ns;
    for (const struct reading *reading = follow->oldest; reading; reading = reading->newer)
        if (reading->facts.mtime_ns > read_ns) read_ns = reading->facts.mtime_ns;
    if (entry->facts.mtime_ns <= read_ns || entry->facts.mtime_ns <= follow->compressed_ns) return;
    follow->compressed_ns = entry->facts.mtime_ns;
    chain->warned = true;
    log_warning("rotated file is compressed and cannot be read",
        "file=%s followed=%s next=\"its lines after byte %" PRIu64
        " of the file before it are left out, as far as they were not read; unpack it and send them in\"",
        LOG_TEXT(span_of(entry->name)), LOG_TEXT(span_of(follow->path)), chain->start->last->offset);
}

/* Both. */

static bool is_followed(const struct chain *chain, const struct folder_entry *entry) {
    struct buf path = {0};
    const char *own = chain->follow->path;
    buf_add_span(&path, (struct span){own, (size_t)(folder_name_in(own) - own)});
    buf_add_text(&path, entry->name);
    bool followed = files_follow_at(chain->follow->files, buf_text(&path)) != NULL;
    buf_fini(&path);
    return followed;
}

/* Known ones come first: only then is it clear whether the last is there. Then the copy that holds what was read of it:
 * by that shorter ones are told. */
enum pass { PASS_KNOWN, PASS_HEIR, PASS_REST };

static void take(struct chain *chain, enum pass pass, const struct folder_entry *entry, const struct intake_position *known) {
    switch (pass) {
    case PASS_KNOWN: take_known(chain, entry, known); break;
    case PASS_HEIR: look_for_heir(chain, entry); break;
    case PASS_REST: take_unknown(chain, entry); break;
    }
}

static void go_through(struct chain *chain, enum pass pass) {
    const char *own = folder_name_in(chain->follow->path);
    struct files *files = chain->follow->files;
    for (size_t i = 0; i < chain->folder->count; i++) {
        const struct folder_entry *entry = &chain->folder->entries[i];
        const struct intake_position *known = known_find(files_known(files), &entry->facts);
        if ((pass == PASS_KNOWN) != (known != NULL) || strcmp(entry->name, own) == 0) continue;
        enum rotated_kind kind = known ? ROTATED_PLAIN : rotated_name(own, entry->name);
        if (kind == ROTATED_NOT || files_reading_of(files, &entry->facts)) continue;
        if (chain->start->here && file_same(chain->start->here, &entry->facts)) continue;
        if (kind == ROTATED_COMPRESSED && pass == PASS_REST) warn_of_compressed(chain, entry);
        if (kind == ROTATED_PLAIN && !is_followed(chain, entry)) take(chain, pass, entry, known);
    }
}

static int by_age(const void *a, const void *b) {
    const struct file_facts *x = &((const struct link *)a)->facts, *y = &((const struct link *)b)->facts;
    if (x->birth_ns && y->birth_ns && x->birth_ns != y->birth_ns) return x->birth_ns < y->birth_ns ? -1 : 1;
    return x->mtime_ns < y->mtime_ns ? -1 : x->mtime_ns > y->mtime_ns;
}

static void begin_to_read(struct chain *chain) {
    struct follow *follow = chain->follow;
    if (chain->count) qsort(chain->links, chain->count, sizeof *chain->links, by_age);
    for (size_t i = 0; i < chain->count; i++) {
        const struct link *link = &chain->links[i];
        struct reading *reading = reading_open(follow, link->fd, &link->facts, &link->from);
        follow_insert(follow, reading, chain->start->before);
        (void)!reading_store(reading);
        log_info("rotated file is read", "followed=%s inode=%" PRIu64 " offset=%" PRIu64,
            LOG_TEXT(span_of(follow->path)), link->facts.inode, link->from.offset);
    }
}

static void let_go(struct chain *chain) {
    for (size_t i = 0; i < chain->count; i++) close(chain->links[i].fd);
    if (chain->own_fd) close(chain->last_fd);
    chain->count = chain->heir = 0;
    chain->own_fd = false;
}

/* Files that are renamed while it is looked through would be missed; but that has to come to an end. */
static void search(struct chain *chain) {
    const struct chain_start *start = chain->start;
    for (int i = 0; i < SEARCHES_MAX; i++) {
        chain->folder = files_folder(chain->follow->files, chain->follow->path);
        chain->last_fd = start->last_fd ? *start->last_fd : -1;
        chain->moved = chain->left = false;
        if (!chain->folder) return;
        for (enum pass pass = PASS_KNOWN; pass <= PASS_REST; pass++) go_through(chain, pass);
        if (!chain->moved || i == SEARCHES_MAX - 1) return;
        let_go(chain);
        files_drop_folder(chain->follow->files);
    }
}

static void warn_of_the_last(struct chain *chain) {
    const struct chain_start *start = chain->start;
    struct follow *follow = chain->follow;
    if (chain->last_fd >= 0 || start->anew || start->last->done || chain->heir || chain->warned || follow->warned) return;
    follow->warned = true;
    log_warning("followed file is gone", "file=%s inode=%" PRIu64 " offset=%" PRIu64
        " next=\"what was written to it after this offset is left out, if anything was\"",
        LOG_TEXT(span_of(follow->path)), start->last->inode, start->last->offset);
}

/* The last may be followed as itself by now, under its new name. */
static bool is_open_elsewhere(const struct chain *chain) {
    struct file_facts last = file_facts_known(chain->start->last);
    const struct reading *reading = files_reading_of(chain->follow->files, &last);
    return reading && !chain->start->anew;
}

static bool is_in_folder(const struct chain *chain) {
    for (size_t i = 0; chain->folder && i < chain->folder->count; i++)
        if (is_last(chain, &chain->folder->entries[i].facts)) return !chain->start->anew;
    return false;
}

bool chain_take_up(struct follow *follow, const struct chain_start *start) {
    struct chain chain = {.follow = follow, .start = start, .since_ns = start->last->birth_ns};
    struct known_name name;
    if (!start->copied_fd && known_of_name(files_known(follow->files), follow->path, &name) &&
        name.undone_birth_ns < chain.since_ns)
        chain.since_ns = name.undone_birth_ns;
    search(&chain);
    bool there = chain.last_fd >= 0 || is_open_elsewhere(&chain) || is_in_folder(&chain);
    if (!there) warn_of_the_last(&chain);
    if (chain.own_fd) close(chain.last_fd);
    if (start->copied_fd) follow->copies_changed = chain.left;
    begin_to_read(&chain);
    free(chain.links);
    return there;
}
