/* make_day: event lines of a day of a large contact centre, in the order in which they arrive; the same seed gives the
 * same day, whatever instant it ends at.
 *
 *   make_day [--events N] [--days D] [--end MS] [--seed S] [--from N] [--random-names] > day.jsonl
 *
 * Contacts come by phone (45 %), chat (20 %), social media (10 %) and mail (25 %), more by day than by night, each with
 * the events that such contacts have; what has not happened by the end is still open then. What arrives is out of order
 * by a little: every event is under way for up to 200 ms, one in 50 for another 3 s on average (30 s at most), one in
 * 1,000 for up to 10 minutes. All but those of the phone carry an id. Contacts are numbered in the order in which they begin,
 * as exchanges, ticket systems and chat platforms number them; --random-names gives them names in no order, as UUIDs are.
 * The summary goes to standard error as JSON. */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
enum { CUSTOMERS_A_DAY = 1500000, AGENTS = 800, HOT_QUEUE_EVERY = 5 };

enum kind {
    OFFERED, ANSWERED, HELD, RESUMED, TRANSFERRED, ABANDONED, WROTE, REPLIED, WAITING, CLOSED, REOPENED, SCORED, SPAM
};
static const char *const KINDS[] = {"offered", "answered", "held", "resumed", "transferred", "abandoned", "wrote",
    "replied", "waiting", "closed", "reopened", "scored", "spam"};

struct channel {
    const char *name;
    char letter;
    int share; /* per cent of the contacts */
    int queue_count;
    const char *queues[12];
};
enum { PHONE, CHAT, SOCIAL, MAIL, CHANNELS };
static const struct channel channels[CHANNELS] = {
    {"phone", 'p', 45, 12, {"sales", "billing", "support", "orders", "cards", "loans", "claims", "fraud", "moving",
        "technical", "retention", "business"}},
    {"chat", 'c', 20, 6, {"sales", "billing", "support", "orders", "technical", "business"}},
    {"social", 's', 10, 4, {"complaints", "questions", "reviews", "messages"}},
    {"mail", 'm', 25, 8, {"sales", "billing", "support", "orders", "claims", "complaints", "documents", "business"}},
};
static const char *const PRIORITIES[] = {"normal", "low", "high", "urgent"};
static const char *const LANGUAGES[] = {"lv", "en", "ru", "de", "et", "lt"};
static const char *const NETWORKS[] = {"bluesky", "facebook", "instagram", "reddit"};

struct contact {
    uint64_t name;
    uint32_t customer;
    uint8_t channel, queue, priority, language, network;
};
struct event {
    int64_t at, arrives; /* ms since the start of the days */
    uint32_t contact;
    uint16_t agent;
    uint8_t kind, queue, number; /* number: csat, rings */
};

static struct {
    uint64_t events_wanted, seed, from;
    int64_t span;   /* ms */
    int64_t end_ms; /* since the epoch */
    uint64_t random[2];
    struct contact *contacts;
    struct event *events;
    size_t contact_count, contact_room, event_count;
    bool random_names;
} day = {.events_wanted = 3000000, .seed = 1, .span = DAY, .end_ms = INT64_C(1772496000000)};

/* ---------------------------------------------------------------- chance */

static uint64_t next_random(void) { /* xorshift128+ */
    uint64_t a = day.random[0], b = day.random[1];
    day.random[0] = b;
    a ^= a << 23;
    day.random[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
    return day.random[1] + b;
}

static double share(void) {
    return (double)(next_random() >> 11) * 0x1p-53;
}

static bool chance(double p) {
    return share() < p;
}

static uint32_t below(uint32_t n) {
    return (uint32_t)(share() * n);
}

static int64_t exponential(double mean_ms) {
    return (int64_t)(-log(1 - share()) * mean_ms);
}

/* Log-normal: how long waits, talks and replies take. */
static int64_t around(double median_ms, double sigma) {
    double normal = sqrt(-2 * log(1 - share())) * cos(2 * M_PI * share());
    return (int64_t)(median_ms * exp(sigma * normal)) + 1;
}

/* ---------------------------------------------------------------- what happens */

static void happens(uint32_t contact, enum kind kind, int64_t at, int agent, int number) {
    if (at > day.span || day.event_count == day.events_wanted) return;
    int64_t delay = below(200);
    if (chance(0.02)) {
        int64_t more = exponential(3 * SECOND);
        delay += more < 30 * SECOND ? more : 30 * SECOND;
    }
    if (chance(0.001)) delay += below(10 * MINUTE);
    if (at + delay > day.span) delay = day.span - at;
    day.events[day.event_count++] = (struct event){.at = at, .arrives = at + delay, .contact = contact,
        .agent = (uint16_t)agent, .kind = (uint8_t)kind, .queue = day.contacts[contact].queue, .number = (uint8_t)number};
}

/* How much longer everything takes than usual: two rushes a day, and now and then a queue that is short of people. */
static double load(const struct contact *c, int64_t at) {
    double hour = fmod((double)at / HOUR, 24);
    double rush = exp(-pow((hour - 10) / 1.5, 2)) + 0.8 * exp(-pow((hour - 15) / 2.0, 2));
    bool short_handed = (at / (40 * MINUTE) + c->queue) % 23 == 0 && c->queue % HOT_QUEUE_EVERY == 0;
    return 0.7 + 0.5 * rush + (short_handed ? 1.5 : 0);
}

static int score(void) {
    static const uint8_t SCORES[] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 1};
    return SCORES[below(sizeof SCORES)];
}

static int rings(int64_t wait) {
    int n = 1 + (int)(wait / (6 * SECOND));
    return n < 40 ? n : 40;
}

/* One agent's part of a call, from the offer to the end of the talk; -1 when the caller hangs up before. */
static int64_t talk(uint32_t id, int64_t at, int agent) {
    int64_t wait = (int64_t)((double)around(9 * SECOND, 0.9) * load(&day.contacts[id], at));
    int64_t patience = exponential(5 * MINUTE);
    if (patience < wait) return happens(id, ABANDONED, at + patience, -1, 0), -1;
    at += wait;
    happens(id, ANSWERED, at, agent, rings(wait));
    int64_t length = around(4 * MINUTE, 0.6);
    if (chance(0.25)) {
        int64_t held = at + (int64_t)((double)length * share()), pause = around(45 * SECOND, 0.8);
        happens(id, HELD, held, agent, 0);
        happens(id, RESUMED, held + pause, agent, 0);
        length += pause;
    }
    return at + length;
}

static int64_t by_phone(uint32_t id, int64_t at) {
    struct contact *c = &day.contacts[id];
    int agent = (int)below(AGENTS);
    happens(id, OFFERED, at, -1, 0);
    int64_t end = talk(id, at, agent);
    if (end >= 0 && chance(0.1)) {
        c->queue = (uint8_t)below((uint32_t)channels[c->channel].queue_count);
        happens(id, TRANSFERRED, end, agent, 0);
        end = talk(id, end, agent = (int)below(AGENTS));
    }
    if (end < 0) return -1;
    happens(id, CLOSED, end, agent, 0);
    if (chance(0.15)) happens(id, SCORED, end + 20 * SECOND + below(10 * MINUTE), -1, score());
    return end;
}

/* The customer writes and the agent replies, a few times. */
static int64_t exchanges(uint32_t id, int64_t at, int agent, double think_ms, double reply_ms) {
    do {
        at += around(think_ms, 0.8);
        happens(id, WROTE, at, -1, 0);
        at += (int64_t)((double)around(reply_ms, 0.8) * load(&day.contacts[id], at));
        happens(id, REPLIED, at, agent, 0);
    } while (chance(0.6));
    return at;
}

static void by_chat(uint32_t id, int64_t at) {
    int agent = (int)below(AGENTS);
    happens(id, OFFERED, at, -1, 0);
    int64_t wait = (int64_t)((double)around(20 * SECOND, 0.9) * load(&day.contacts[id], at));
    int64_t patience = exponential(8 * MINUTE);
    if (patience < wait) {
        happens(id, ABANDONED, at + patience, -1, 0);
        return;
    }
    happens(id, ANSWERED, at + wait, agent, 1);
    int64_t end = exchanges(id, at + wait, agent, 30 * SECOND, 45 * SECOND) + around(40 * SECOND, 0.5);
    happens(id, CLOSED, end, agent, 0);
    if (chance(0.2)) happens(id, SCORED, end + below(5 * MINUTE), -1, score());
}

static void close_and_reopen(uint32_t id, int64_t at, int agent, double reopened, double work_ms) {
    happens(id, CLOSED, at, agent, 0);
    if (chance(0.12)) happens(id, SCORED, at + around(30 * MINUTE, 1), -1, score());
    if (!chance(reopened)) return;
    at += around(45 * MINUTE, 1);
    happens(id, REOPENED, at, -1, 0);
    happens(id, REPLIED, at += around(work_ms, 0.8), agent, 0);
    happens(id, CLOSED, at + around(work_ms, 0.5), agent, 0);
}

static void by_post(uint32_t id, int64_t at) {
    int agent = (int)below(AGENTS);
    happens(id, OFFERED, at, -1, 0);
    if (chance(0.02)) {
        happens(id, SPAM, at + around(20 * MINUTE, 1), agent, 0);
        return;
    }
    at += (int64_t)((double)around(12 * MINUTE, 0.8) * load(&day.contacts[id], at));
    happens(id, REPLIED, at, agent, 0);
    at = exchanges(id, at, agent, 10 * MINUTE, 15 * MINUTE);
    close_and_reopen(id, at + around(5 * MINUTE, 0.5), agent, 0.08, 10 * MINUTE);
}

static void by_mail(uint32_t id, int64_t at) {
    static const double FIRST_REPLY[] = {100 * MINUTE, 150 * MINUTE, 45 * MINUTE, 14 * MINUTE}; /* by priority */
    int agent = (int)below(AGENTS);
    happens(id, OFFERED, at, -1, 0);
    at += (int64_t)((double)around(FIRST_REPLY[day.contacts[id].priority], 0.9) * load(&day.contacts[id], at));
    happens(id, REPLIED, at, agent, 0);
    if (chance(0.3)) {
        happens(id, WAITING, at + 10 * SECOND, agent, 0);
        at += around(90 * MINUTE, 0.7);
        happens(id, RESUMED, at, -1, 0);
    }
    if (chance(0.4)) at = exchanges(id, at, agent, 40 * MINUTE, 50 * MINUTE);
    close_and_reopen(id, at + around(15 * MINUTE, 0.6), agent, 0.06, 30 * MINUTE);
}

/* ---------------------------------------------------------------- who comes, and when */

/* Few at night, most before noon: the share of a day's contacts by hour, out of 1,000. */
static int64_t an_arrival(void) {
    static const int HOURS[24] = {
        10, 7, 5, 5, 6, 10, 20, 40, 66, 82, 86, 80, 68, 66, 74, 76, 70, 58, 46, 38, 32, 25, 18, 12};
    int left = (int)below(1000), hour = 0;
    while (hour < 23 && left >= HOURS[hour]) left -= HOURS[hour++];
    int64_t days = day.span > DAY ? below((uint32_t)((day.span + DAY - 1) / DAY)) : 0;
    double within = ((double)hour + share()) / 24 * (double)(day.span < DAY ? day.span : DAY);
    return days * DAY + (int64_t)within;
}

static uint32_t a_contact(uint32_t customer) {
    if (day.contact_count == day.contact_room) {
        day.contact_room = day.contact_room ? 2 * day.contact_room : 1 << 16;
        day.contacts = realloc(day.contacts, day.contact_room * sizeof *day.contacts);
        if (!day.contacts) abort();
    }
    int at = (int)below(100), channel = 0;
    while (at >= channels[channel].share) at -= channels[channel++].share;
    double priority = share();
    day.contacts[day.contact_count] = (struct contact){.customer = customer, .channel = (uint8_t)channel,
        .queue = (uint8_t)below((uint32_t)channels[channel].queue_count),
        .priority = priority < 0.7 ? 0 : priority < 0.8 ? 1 : priority < 0.95 ? 2 : 3,
        .language = (uint8_t)(share() * share() * 6), .network = (uint8_t)below(4)};
    return (uint32_t)day.contact_count++;
}

static void live(uint32_t id, int64_t at) {
    switch (day.contacts[id].channel) {
    case CHAT: by_chat(id, at); return;
    case SOCIAL: by_post(id, at); return;
    case MAIL: by_mail(id, at); return;
    }
    int64_t end;
    while ((end = by_phone(id, at)) >= 0 && chance(0.06)) { /* and the customer has to call again */
        uint32_t again = a_contact(day.contacts[id].customer);
        day.contacts[again].channel = PHONE;
        at = end + around(25 * MINUTE, 0.8);
        id = again;
    }
}

static void make(void) {
    uint32_t customers = (uint32_t)((double)day.events_wanted / 3e6 * CUSTOMERS_A_DAY) + 10;
    day.random[0] = day.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    day.random[1] = day.seed ^ UINT64_C(0xbf58476d1ce4e5b9);
    for (int i = 0; i < 20; i++) next_random();
    while (day.event_count < day.events_wanted) {
        int64_t at = an_arrival();
        if (at < day.span) live(a_contact(below(customers)), at);
    }
}

/* ---------------------------------------------------------------- names */

static int by_first_event(const void *a, const void *b) {
    const struct event *x = &day.events[*(const uint32_t *)a], *y = &day.events[*(const uint32_t *)b];
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x->contact > y->contact) - (x->contact < y->contact);
}

/* A permutation of the numbers of 64 bits (splitmix64): no two contacts get the same. */
static uint64_t scattered(uint64_t n) {
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ^ (n >> 31);
}

/* A contact's events were made one after another, its first one first. */
static void name_contacts(void) {
    uint32_t *firsts = malloc((day.contact_count + 1) * sizeof *firsts), count = 0;
    if (!firsts) abort();
    for (size_t i = 0; i < day.event_count; i++)
        if (i == 0 || day.events[i].contact != day.events[i - 1].contact) firsts[count++] = (uint32_t)i;
    qsort(firsts, count, sizeof *firsts, by_first_event);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t number = day.from + i;
        day.contacts[day.events[firsts[i]].contact].name = day.random_names ? scattered(number + day.seed) : number;
    }
    free(firsts);
}

/* ---------------------------------------------------------------- writing */

static int by_arrival(const void *a, const void *b) {
    const struct event *x = a, *y = b;
    if (x->arrives != y->arrives) return x->arrives < y->arrives ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void write_instant(int64_t ms) {
    static int64_t known_day = -1;
    static char date[32];
    if (ms / DAY != known_day) {
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        known_day = ms / DAY;
        strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&seconds, &tm));
    }
    int rest = (int)(ms % DAY);
    printf(",\"at\":\"%sT%02d:%02d:%02d.%03dZ\"", date, rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60, rest % 1000);
}

/* Whose events: what a sender says only once, at the offer, and what it says of each. */
static void write_contact(const struct contact *c, const struct event *e) {
    const struct channel *channel = &channels[c->channel];
    printf(",\"channel\":\"%s\",\"queue\":\"%s\"", channel->name, channel->queues[e->queue]);
    if (e->kind != OFFERED) return;
    printf(",\"priority\":\"%s\",\"customer\":\"cu-%06" PRIu32 "\",\"language\":\"%s\"", PRIORITIES[c->priority],
        c->customer, LANGUAGES[c->language]);
    if (channel->letter == 's') printf(",\"network\":\"%s\"", NETWORKS[c->network]);
}

static void write_event(const struct event *e, uint64_t number) {
    const struct contact *c = &day.contacts[e->contact];
    printf(day.random_names ? "{\"contact\":\"%c-%016" PRIx64 "\"" : "{\"contact\":\"%c-%07" PRIu64 "\"",
        channels[c->channel].letter, c->name);
    printf(",\"event\":\"%s\"", KINDS[e->kind]);
    write_instant(day.end_ms - day.span + e->at);
    if (c->channel != PHONE) printf(",\"id\":\"%c%010" PRIu64 "\"", channels[c->channel].letter, day.from + number);
    write_contact(c, e);
    if (e->agent != UINT16_MAX) printf(",\"agent\":\"agent-%03d\"", e->agent);
    if (e->kind == SCORED) printf(",\"csat\":%d", e->number);
    if (e->kind == ANSWERED && c->channel == PHONE) printf(",\"rings\":%d", e->number);
    puts("}");
}

static void write_all(void) {
    int64_t latest = 0, furthest = 0;
    uint64_t behind = 0, seconds_behind = 0;
    qsort(day.events, day.event_count, sizeof *day.events, by_arrival);
    for (size_t i = 0; i < day.event_count; i++) {
        const struct event *e = &day.events[i];
        int64_t late = latest - e->at;
        behind += late > 0;
        seconds_behind += late > SECOND;
        if (late > furthest) furthest = late;
        if (e->at > latest) latest = e->at;
        write_event(e, i);
    }
    fprintf(stderr,
        "{\"events\":%zu,\"contacts\":%zu,\"out_of_order\":%.4f,\"over_a_second\":%.4f,\"furthest_ms\":%" PRId64 "}\n",
        day.event_count, day.contact_count, (double)behind / (double)day.event_count,
        (double)seconds_behind / (double)day.event_count, furthest);
}

static int parse(int argc, char **argv) {
    static const struct option options[] = {{"events", 1, NULL, 'n'}, {"days", 1, NULL, 'd'}, {"end", 1, NULL, 'e'},
        {"seed", 1, NULL, 's'}, {"from", 1, NULL, 'f'}, {"random-names", 0, NULL, 'r'}, {0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'n') day.events_wanted = strtoull(optarg, NULL, 10);
        else if (c == 'd') day.span = (int64_t)(strtod(optarg, NULL) * DAY);
        else if (c == 'e') day.end_ms = strtoll(optarg, NULL, 10);
        else if (c == 's') day.seed = strtoull(optarg, NULL, 10);
        else if (c == 'f') day.from = strtoull(optarg, NULL, 10);
        else if (c == 'r') day.random_names = true;
        else return -1;
    }
    return optind < argc || day.events_wanted == 0 || day.span < HOUR ? -1 : 0;
}

int main(int argc, char **argv) {
    static char buffer[1 << 20];
    if (parse(argc, argv)) {
        fputs("usage: make_day [--events N] [--days D] [--end MS] [--seed S] [--from N] [--random-names] > day.jsonl\n", stderr);
        return 2;
    }
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    day.events = malloc(day.events_wanted * sizeof *day.events);
    if (!day.events) abort();
    make();
    name_contacts();
    write_all();
    return fflush(stdout) ? 1 : 0;
}
