/* Histories that say only that a resource was looked for and not found. Part of the worker: see main.c.
 *
 * Most histories are such: each node has one of each resource that never ran there. All that the library learns of one
 * is that the resource is known not to run on that node. Where nothing of a resource has failed, on no node, its
 * histories of this kind are left out of the document, and the library is told that, when it comes to the node.
 *
 * That is done for primitives alone and in groups. Of a clone such a history takes one of the instances that are left;
 * a resource that is a node, or within one, decides what else is read; a failure, a migration or a lock may stand for
 * or against what other histories of the resource say, and an id that is an expression has the failures of others. All
 * these are read by the library, as is all of a resource whose agent is another than in its history.
 */

#include "worker.h"

gboolean get_target_role(pe_resource_t *resource, enum rsc_role_e *role); /* of libpe_status */
int pe__target_rc_from_xml(const xmlNode *op);

static GHashTable *plain; /* id -> place_t: the resources for which it is done */
static const state_t *hung; /* what the document holds, with histories left out; NULL: nothing is left out */

/* Of a resource. primitive: as it is configured. failed: something of it has, in this state. resource: the library's,
 * once it was asked for in this run. */
struct place_s {
    const xmlNode *primitive;
    pe_resource_t *resource;
    bool failed;
};

/* Tell whether an attribute stands in an element, or may: where that refers to what stands elsewhere. */
static bool may_have(const xmlNode *node, const char *name)
{
    for (const xmlNode *child = node != NULL ? node->children : NULL; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE
            && (strcmp(get_or(child, XML_NVPAIR_ATTR_NAME, ""), name) == 0 || get(child, XML_ATTR_IDREF) != NULL
                || may_have(child, name))) {
            return true;
        }
    }
    return false;
}

static void note_plain(const xmlNode *primitive)
{
    const char *id = get_or(primitive, XML_ATTR_ID, "");
    if (means_itself(id, strlen(id)) && get(primitive, "template") == NULL
        && strcmp(get_or(primitive, XML_ATTR_TYPE, ""), "remote") != 0
        && !may_have(primitive, XML_RSC_ATTR_REMOTE_NODE)) {
        place_t *place = g_new0(place_t, 1);
        place->primitive = primitive;
        g_hash_table_replace(plain, (gpointer) id, place);
    }
}

/* A base was read. */
void begin_passing(void)
{
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    g_clear_pointer(&plain, g_hash_table_destroy);
    plain = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    if (may_have(child_of(configuration, XML_CIB_TAG_CRMCONFIG), XML_CONFIG_ATTR_SHUTDOWN_LOCK)
        || may_have(child_of(configuration, XML_CIB_TAG_RSCCONFIG), XML_RSC_ATTR_CONTAINER)
        || may_have(resources, XML_RSC_ATTR_CONTAINER)) {
        return;
    }
    EACH(primitive, resources, XML_CIB_TAG_RESOURCE) {
        note_plain(primitive);
    }
    EACH(group, resources, XML_CIB_TAG_GROUP) {
        EACH(primitive, group, XML_CIB_TAG_RESOURCE) {
            note_plain(primitive);
        }
    }
}

static bool is_text(const xmlNode *node, const char *name, const char *value)
{
    return strcmp(get_or(node, name, ""), value) == 0;
}

/* Return what an operation tells: that nothing runs, something ordinary, or what may be a failure. */
static kind_t kind_of_operation(const xmlNode *op)
{
    bool probe = is_text(op, XML_LRM_ATTR_TASK, CRMD_ACTION_STATUS) && is_text(op, XML_LRM_ATTR_INTERVAL_MS, "0");
    bool ordinary = is_text(op, XML_LRM_ATTR_TASK, CRMD_ACTION_STATUS)
                    || is_text(op, XML_LRM_ATTR_TASK, CRMD_ACTION_START)
                    || is_text(op, XML_LRM_ATTR_TASK, CRMD_ACTION_STOP);
    const char *rc = get_or(op, XML_LRM_ATTR_RC, "");
    bool idle = probe && strcmp(rc, "7") == 0;
    if (!ordinary || (!idle && strcmp(rc, "0") != 0) || !is_text(op, XML_LRM_ATTR_OPSTATUS, "0")
        || g_str_has_suffix(get_or(op, XML_ATTR_ID, ""), "_last_failure_0")
        || pe__target_rc_from_xml(op) != (idle ? PCMK_OCF_NOT_RUNNING : PCMK_OCF_OK)) {
        return TELLING;
    }
    return idle ? IDLE : ORDINARY;
}

static kind_t kind_of(const xmlNode *history, const place_t *place)
{
    int count = 0;
    kind_t kind = ORDINARY;
    if (!is_same(history, place->primitive, XML_ATTR_TYPE)
        || !is_same(history, place->primitive, XML_AGENT_ATTR_CLASS)
        || !is_same(history, place->primitive, XML_AGENT_ATTR_PROVIDER)
        || get(history, XML_RSC_ATTR_CONTAINER) != NULL) {
        return TELLING;
    }
    for (const xmlNode *op = history->children; op != NULL && kind != TELLING; op = op->next) {
        if (op->type == XML_ELEMENT_NODE) {
            kind = kind_of_operation(op);
            count++;
        }
    }
    return kind == IDLE && count > 1 ? ORDINARY : kind;
}

/* Find out what a history is, once for all states that have it. */
static void read_kind(part_t *part)
{
    if (part->kind == UNREAD) {
        part->place = g_hash_table_lookup(plain, get_or(part->xml, XML_ATTR_ID, ""));
        part->kind = part->place != NULL ? kind_of(part->xml, part->place) : TELLING;
    }
}

/* Note the resource that a fail count, or the time of a failure, is of. */
static void note_count(const char *attribute)
{
    size_t prefix = g_str_has_prefix(attribute, "fail-count-")     ? strlen("fail-count-")
                    : g_str_has_prefix(attribute, "last-failure-") ? strlen("last-failure-")
                                                                   : 0;
    if (prefix > 0) {
        char *name = g_strndup(attribute + prefix, strcspn(attribute + prefix, "#"));
        place_t *place = g_hash_table_lookup(plain, name);
        if (place != NULL) {
            place->failed = true;
        }
        g_free(name);
    }
}

static void note_counts(xmlNode *attributes)
{
    EACH(set, attributes, XML_TAG_ATTR_SETS) {
        EACH(pair, set, XML_CIB_TAG_NVPAIR) {
            note_count(get_or(pair, XML_NVPAIR_ATTR_NAME, ""));
        }
    }
}

static void note_failures(const part_t *member)
{
    note_counts(child_of(member->xml, XML_TAG_TRANSIENT_NODEATTRS));
    for (guint at = 0; at < member->histories->len; at++) {
        part_t *part = g_ptr_array_index(member->histories, at);
        read_kind(part);
        if (part->kind == TELLING && part->place != NULL) {
            part->place->failed = true;
        }
    }
}

/* A state is going to be hung into the document, with what may be left out left out. */
void begin_leaving_out(const state_t *state)
{
    GHashTableIter all;
    gpointer place = NULL;
    g_hash_table_iter_init(&all, plain);
    while (g_hash_table_iter_next(&all, NULL, &place)) {
        ((place_t *) place)->failed = false;
        ((place_t *) place)->resource = NULL;
    }
    EACH(node, state->nodes->xml, XML_CIB_TAG_NODE) {
        note_counts(node);
    }
    for (guint i = 0; i < state->members->len; i++) {
        note_failures(g_ptr_array_index(state->members, i));
    }
    hung = state;
}

void end_leaving_out(void)
{
    hung = NULL;
}

bool is_left_out(const part_t *member, const part_t *part)
{
    return hung != NULL && part->kind == IDLE && !part->place->failed
           && !crm_is_true(get(member->xml, XML_NODE_IS_REMOTE));
}

/* Tell the library that it knows a resource on a node, as it would itself when it had read that nothing runs there. */
static void tell_known(place_t *place, const pe_node_t *node)
{
    enum rsc_role_e role = RSC_ROLE_UNKNOWN;
    if (place->resource == NULL) {
        place->resource = pe_find_resource(working_set->resources, get_or(place->primitive, XML_ATTR_ID, ""));
    }
    for (pe_resource_t *one = place->resource; one != NULL; one = one->parent) {
        if (g_hash_table_lookup(one->known_on, node->details->id) == NULL) {
            pe_node_t *copy = pe__copy_node(node);
            g_hash_table_insert(one->known_on, (gpointer) copy->details->id, copy);
        }
        if (pcmk_is_set(one->flags, pe_rsc_unique)) {
            break;
        }
    }
    if (place->resource->role == RSC_ROLE_UNKNOWN) { /* the first that is heard of it */
        place->resource->role = RSC_ROLE_STOPPED;
        get_target_role(place->resource, &role);
        place->resource->next_role = role;
    }
}

static void tell_all_known(const xmlNode *node_state)
{
    const part_t *member = NULL;
    for (guint i = 0; i < hung->members->len && (member == NULL || member->xml != node_state); i++) {
        member = g_ptr_array_index(hung->members, i);
    }
    const char *id = get(node_state, XML_ATTR_ID), *uname = get(node_state, XML_ATTR_UNAME);
    if (member == NULL || member->xml != node_state) {
        abort(); /* another document than the one that was put together */
    }
    const pe_node_t *node = pe_find_node_any(working_set->nodes, id, uname);
    for (guint at = 0; at < member->histories->len; at++) {
        const part_t *part = g_ptr_array_index(member->histories, at);
        if (is_left_out(member, part)) {
            tell_known(part->place, node);
        }
    }
}

/* When the library is going to read histories, it asks for the first member, and then for each one's first history. */
xmlNode *first_named_child(const xmlNode *parent, const char *name)
{
    static xmlNode *(*slow)(const xmlNode *, const char *);
    slow = slow != NULL ? slow : (xmlNode * (*) (const xmlNode *, const char *)) theirs("first_named_child");
    if (!is_deciding() && parent != NULL && parent == status) {
        begin_finding();
    } else if (!is_deciding() && hung != NULL && parent != NULL && g_strcmp0(name, XML_LRM_TAG_RESOURCE) == 0) {
        tell_all_known(parent->parent->parent);
    }
    return slow(parent, name);
}
