#include "conf/format.h"
#include "slad/model/mapping.h"

enum {
    CONTACTS_MAX = 8,  /* fields that are looked at one after the other */
    EVENTS_MAX = 100,  /* of one record: a line is written for each */
    ATTRS_MAX = 1000,  /* of one record */
    VALUES_MAX = 1000, /* they are compared one by one */
    TIMES_MAX = 8,     /* forms that are tried one after the other */
};

enum key { CONTACT, EVENT, AT, ID, EVENTS, ATTRIBUTES, OTHERS, SET, ZONE, TIME, ONCE, KEYS };
static const char *const key_names[KEYS] = {
    "contact", "event", "at", "id", "events", "attributes", "others", "set", "zone", "time", "once"};

/* A map while it is read. */
struct load {
    struct scope *scope;
    struct reader *r;
    const struct format *format;
    struct mapping *out;
};

static void *new_list(struct load *load, size_t count, size_t size) {
    return arena_alloc(load->r->arena, (count + 1) * size);
}

/* ---- fields */

static bool is_whole_number(const char *text) {
    return text[0] >= '1' && text[0] <= '9' && text[strspn(text, "0123456789")] == '\0';
}

/* What can be known of a CSV file before there is one. */
static bool check_column(struct load *load, const struct node *node, const char *name) {
    const struct csv_dialect *csv = &load->format->csv;
    if (load->format->kind != FORMAT_CSV || !csv->headless) return true;
    if (!csv->column_count) {
        if (is_whole_number(name)) return true;
        reader_error(load->r, node,
            "%s is not the number of a column: without a header they are counted from 1",
            reader_shown(load->r, node));
        return false;
    }
    for (size_t i = 0; i < csv->column_count; i++)
        if (strcmp(csv->columns[i], name) == 0) return true;
    reader_error(load->r, node, "\"columns\" has no %s%s", reader_shown(load->r, node),
        reader_nearest(load->r, node->text, csv->columns, csv->column_count, NULL));
    return false;
}

static bool read_field(struct load *load, const struct node *node, const char **out) {
    const char *what = load->format->kind == FORMAT_CSV ? "the name of a column" : "the name of a field";
    const char *name;
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_NUMBER)
        name = arena_text(load->r->arena, node->text);
    else if (!reader_text(load->r, node, what, &name))
        return false;
    if (!check_column(load, node, name)) return false;
    *out = name;
    return true;
}

static bool read_contact(struct load *load, const struct node *node) {
    size_t count = node_list_count(node);
    if (count == 0 || count > CONTACTS_MAX) {
        reader_error(load->r, node, "%zu fields: name 1 to %d", count, CONTACTS_MAX);
        return false;
    }
    const char **fields = new_list(load, count, sizeof *fields);
    for (size_t i = 0; i < count; i++)
        if (!read_field(load, node_list_item(node, i), &fields[i])) return false;
    load->out->contacts = fields;
    load->out->contact_count = count;
    return true;
}

/* ---- events */

static bool read_values(struct load *load, const struct node *node, struct map_event *out) {
    if (node->kind != NODE_MAP || node->count == 0 || node->count > VALUES_MAX) {
        reader_error(load->r, node,
            "%s instead of 1 to %d values, each with the name of its event: {new: opened}",
            node->kind == NODE_MAP ? "a map of another size" : reader_shown(load->r, node), VALUES_MAX);
        return false;
    }
    struct map_value *values = new_list(load, node->count, sizeof *values);
    for (size_t i = 0; i < node->count; i++) {
        values[i].from = arena_text(load->r->arena, node_key(node, i)->text);
        if (!reader_text(load->r, node_value(node, i), "the name of an event", &values[i].to)) return false;
    }
    out->values = values;
    out->value_count = node->count;
    return true;
}

static bool read_event_field(struct load *load, const struct node *node, struct map_event *out) {
    enum { FIELD, VALUES, OTHER, EVENT_KEYS };
    static const char *const keys[EVENT_KEYS] = {"field", "values", "other"};
    static const char *const others[] = {"reject", "ignore", "keep"}; /* by enum map_other */
    const struct node *values[EVENT_KEYS];
    size_t other = MAP_OTHER_REJECT;
    bool clean = reader_map(load->r, node, "\"event\"", keys, EVENT_KEYS, values);
    if (!values[FIELD]) {
        if (clean)
            reader_error(load->r, node, "\"event\" needs \"field\", or write the name of the event itself");
        return false;
    }
    clean = read_field(load, values[FIELD], &out->field) && clean;
    if (values[VALUES]) clean = read_values(load, values[VALUES], out) && clean;
    if (values[OTHER] && !values[VALUES]) {
        reader_error(
            load->r, values[OTHER], "\"other\" needs \"values\": it is about those that are not among them");
        clean = false;
    } else if (values[OTHER]) {
        clean = reader_choice(load->r, values[OTHER], "an answer to \"other\"", others, 3, &other) && clean;
    }
    out->other = values[VALUES] ? (enum map_other)other : MAP_OTHER_KEEP;
    return clean;
}

static bool read_event(struct load *load, const struct node *node, struct map_event *out) {
    out->name = out->field = NULL;
    if (node->kind == NODE_MAP) return read_event_field(load, node, out);
    return reader_text(load->r, node, "the name of an event", &out->name);
}

static bool read_at(struct load *load, const struct node *node, struct map_event *out) {
    out->at_or_receipt = false;
    return read_field(load, node, &out->at);
}

/* `usual` has what is not said: when it happened, and to which field its name is due. */
static bool read_events_item(
    struct load *load, const struct node *node, const struct map_event *usual, struct map_event *out) {
    enum { ITEM_EVENT, ITEM_AT, ITEM_KEYS };
    static const char *const keys[ITEM_KEYS] = {"event", "at"};
    const struct node *values[ITEM_KEYS];
    bool clean = reader_map(load->r, node, "an entry of \"events\"", keys, ITEM_KEYS, values);
    *out = *usual;
    if (clean && !values[ITEM_EVENT]) {
        reader_error(load->r, node, "an event without its name: write {event: opened, at: FIELD}");
        return false;
    }
    if (values[ITEM_EVENT]) clean = read_event(load, values[ITEM_EVENT], out) && clean;
    if (values[ITEM_AT]) clean = read_at(load, values[ITEM_AT], out) && clean;
    return clean;
}

static bool read_events_list(struct load *load, const struct node *node, const struct map_event *usual) {
    size_t count = node_list_count(node);
    if (count == 0 || count > EVENTS_MAX) {
        reader_error(load->r, node, "%zu events: 1 to %d can be told of one record", count, EVENTS_MAX);
        return false;
    }
    struct map_event *events = new_list(load, count, sizeof *events);
    bool clean = true;
    for (size_t i = 0; i < count; i++)
        clean = read_events_item(load, node_list_item(node, i), usual, &events[i]) && clean;
    load->out->events = events;
    load->out->event_count = count;
    return clean;
}

static bool read_events(struct load *load, const struct node *map, const struct node *const *values) {
    struct map_event *event = new_list(load, 1, sizeof *event);
    bool has_usual = load->out->event_count > 0, clean = true;
    if (has_usual) *event = load->out->events[0];
    if (values[EVENTS]) {
        const struct node *beside = values[EVENT] ? values[EVENT] : values[AT];
        if (beside) {
            reader_error(load->r, beside,
                "\"%s\" stands beside \"events\": write it into each entry of these",
                values[EVENT] ? "event" : "at");
            return false;
        }
        return read_events_list(load, values[EVENTS], event);
    }
    if (!values[EVENT] && !has_usual) {
        reader_error(load->r, map,
            "\"map\" needs \"event\" (or \"events\"), what happened: a name, or {field: COLUMN}");
        return false;
    }
    if (values[EVENT]) clean = read_event(load, values[EVENT], event);
    if (values[AT]) clean = read_at(load, values[AT], event) && clean;
    load->out->events = event;
    load->out->event_count = 1;
    return clean;
}

/* ---- attributes */

static bool read_attr_name(struct load *load, const struct node *node, const char **out) {
    if (!reader_attr(load->r, node, out)) return false;
    if (strcmp(*out, "contact") != 0) return true;
    reader_error(load->r, node, "\"contact\" is what \"contact\" of the map says: choose another name");
    return false;
}

static bool read_attr(
    struct load *load, const struct node *key, const struct node *value, struct map_attr *out) {
    enum { FIELD, AS, ATTR_KEYS };
    static const char *const keys[ATTR_KEYS] = {"field", "as"};
    static const char *const kinds[] = {"text", "number", "boolean", "time"}; /* by enum map_as, from 1 */
    const struct node *values[ATTR_KEYS] = {value, NULL};
    size_t kind;
    if (!read_attr_name(load, key, &out->name)) return false;
    if (value->kind == NODE_MAP && !reader_map(load->r, value, "an attribute", keys, ATTR_KEYS, values))
        return false;
    if (!read_field(load, values[FIELD] ? values[FIELD] : key, &out->field)) return false;
    if (!values[AS]) return true;
    if (!reader_choice(load->r, values[AS], "a kind of value", kinds, 4, &kind)) return false;
    out->as = (enum map_as)(MAP_AS_TEXT + kind);
    return true;
}

static bool has_attr(const struct map_attr *attrs, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(attrs[i].name, name) == 0) return true;
    return false;
}

/* A map of names to fields, or a list of fields that keep their names. */
static bool read_attrs(struct load *load, const struct node *node) {
    struct reader *r = load->r;
    bool is_map = node->kind == NODE_MAP, clean = true;
    size_t count = is_map ? node->count : node_list_count(node), kept = 0;
    if (count > ATTRS_MAX)
        return reader_error(r, node, "%zu attributes: at most %d", count, ATTRS_MAX), false;
    struct map_attr *attrs = new_list(load, count, sizeof *attrs);
    for (size_t i = 0; i < count; i++) {
        const struct node *key = is_map ? node_key(node, i) : node_list_item(node, i);
        struct map_attr *attr = &attrs[kept];
        if (!read_attr(load, key, is_map ? node_value(node, i) : key, attr)) {
            clean = false;
        } else if (has_attr(attrs, kept, attr->name)) {
            reader_error(r, key, "attribute %s is given twice", reader_shown(r, key));
            clean = false;
        } else {
            kept++;
        }
    }
    load->out->attrs = attrs;
    load->out->attr_count = kept;
    load->out->keeps_others = false;
    return clean;
}

static bool read_others(struct load *load, const struct node *node) {
    static const char *const answers[] = {"keep", "drop"};
    size_t index;
    if (!reader_choice(load->r, node, "an answer to \"others\"", answers, 2, &index)) return false;
    load->out->keeps_others = index == 0;
    return true;
}

static bool read_fixed_value(struct load *load, const struct node *node, struct value *out) {
    struct reader *r = load->r;
    double number;
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_TEXT)
        return *out = value_text((struct span){arena_text(r->arena, node->text), node->text.n}), true;
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_BOOL)
        return *out = value_bool(core_truth(node)), true;
    if (!reader_number(r, node, "the value of an attribute", &number)) return false;
    *out = value_number(number);
    return true;
}

static bool read_set(struct load *load, const struct node *node) {
    struct reader *r = load->r;
    bool clean = true;
    if (node->kind != NODE_MAP || node->count > ATTRS_MAX) {
        reader_error(r, node, "%s instead of at most %d attributes with their values: {channel: mail}",
            node->kind == NODE_MAP ? "a longer map" : reader_shown(r, node), ATTRS_MAX);
        return false;
    }
    struct map_fixed *fixed = new_list(load, node->count, sizeof *fixed);
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node_key(node, i);
        if (!read_attr_name(load, key, &fixed[i].name) ||
            !read_fixed_value(load, node_value(node, i), &fixed[i].value)) {
            clean = false;
        } else if (has_attr(load->out->attrs, load->out->attr_count, fixed[i].name)) {
            reader_error(r, key, "attribute %s is given under \"attributes\", too", reader_shown(r, key));
            clean = false;
        }
    }
    load->out->fixed = fixed;
    load->out->fixed_count = node->count;
    return clean;
}

/* ---- times */

static bool read_times(struct load *load, const struct node *node) {
    struct reader *r = load->r;
    size_t count = node_list_count(node);
    if (count == 0 || count > TIMES_MAX)
        return reader_error(r, node, "%zu forms of times: write 1 to %d", count, TIMES_MAX), false;
    struct time_form *times = new_list(load, count, sizeof *times);
    bool clean = true;
    for (size_t i = 0; i < count; i++) {
        const struct node *item = node_list_item(node, i);
        const char *text;
        struct err err;
        if (!reader_text(r, item, "a form of times", &text)) {
            clean = false;
        } else if (time_form_parse(text, &times[i], &err)) {
            reader_error(r, item, "%s is not a form of times: %s", reader_shown(r, item), err.text);
            clean = false;
        }
    }
    load->out->times = times;
    load->out->time_count = count;
    return clean;
}

static bool read_zone(struct load *load, const struct node *node) {
    load->out->zone = node ? scope_zone(load->scope, node) : load->scope->zone;
    return load->out->zone || !node;
}

bool format_map_read(struct scope *scope, const struct node *map, struct format *out) {
    struct reader *r = scope->reader;
    struct mapping *mapping = arena_alloc(r->arena, sizeof *mapping);
    struct load load = {scope, r, out, mapping};
    const struct node *values[KEYS];
    *mapping = *mapping_default(out->kind);
    bool clean = reader_map(r, map, "\"map\"", key_names, KEYS, values);
    if (map->kind != NODE_MAP) return false;
    if (values[CONTACT]) {
        clean = read_contact(&load, values[CONTACT]) && clean;
    } else if (clean && !mapping->contact_count) {
        reader_error(r, map, "\"map\" needs \"contact\": the column that says to what it happened");
        clean = false;
    }
    clean = (clean || values[EVENT] || values[EVENTS]) && read_events(&load, map, values) && clean;
    if (values[ID]) clean = read_field(&load, values[ID], &mapping->id) && clean;
    if (values[ATTRIBUTES]) clean = read_attrs(&load, values[ATTRIBUTES]) && clean;
    if (values[OTHERS]) clean = read_others(&load, values[OTHERS]) && clean;
    if (values[SET]) clean = read_set(&load, values[SET]) && clean;
    if (values[TIME]) clean = read_times(&load, values[TIME]) && clean;
    clean = read_zone(&load, values[ZONE]) && clean;
    if (values[ONCE]) clean = reader_bool(r, values[ONCE], "an answer to \"once\"", &mapping->once) && clean;
    if (values[ONCE] && values[ID] && mapping->once) {
        reader_error(r, values[ONCE],
            "\"once\" and \"id\" exclude one another: events with an id are taken once by it");
        clean = false;
    }
    out->map = mapping;
    return clean;
}
