/* What can be changed in a state: who is a member, attributes, histories. Part of the worker: see main.c. */

#include "worker.h"

xmlNode *history_xml(const part_t *member, guint at)
{
    return ((const part_t *) g_ptr_array_index(member->histories, at))->xml;
}

/* Return a node's <node_state> for writing. Where it has none it gets one, with this id (NULL: the one it has in
 * <nodes>, or its name). */
part_t *member(state_t *state, const char *name, const char *id)
{
    for (guint i = 0; i < state->members->len; i++) {
        part_t **part = (part_t **) &g_ptr_array_index(state->members, i);
        if (strcmp(get_or((*part)->xml, XML_ATTR_UNAME, ""), name) == 0) {
            own(part);
            return *part;
        }
    }
    if (id == NULL) {
        id = get_or(child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_UNAME, name), XML_ATTR_ID, name);
    }
    xmlNode *made = xmlNewDocNode(document, NULL, (const xmlChar *) XML_CIB_TAG_STATE, NULL);
    crm_xml_add(made, XML_ATTR_ID, id);
    crm_xml_add(made, XML_ATTR_UNAME, name);
    part_t *part = member_of(made);
    g_ptr_array_add(state->members, part);
    return part;
}

void set_membership(xmlNode *member, const char *in_ccm, const char *crmd, const char *join)
{
    crm_xml_add(member, XML_NODE_IN_CLUSTER, in_ccm);
    crm_xml_add(member, XML_NODE_IS_PEER, crmd);
    crm_xml_add(member, XML_NODE_JOIN_STATE, join);
    crm_xml_add(member, XML_NODE_EXPECTED, join);
}

void forget(part_t *member)
{
    g_ptr_array_set_size(member->histories, 0);
    discard_all(member->xml, XML_CIB_TAG_LRM);
    discard_all(member->xml, XML_TAG_TRANSIENT_NODEATTRS);
}

void is_down(part_t *member)
{
    set_membership(member->xml, XML_BOOLEAN_FALSE, OFFLINESTATUS, CRMD_JOINSTATE_DOWN);
    forget(member);
}

static xmlNode *find_attribute(xmlNode *member, const char *name)
{
    EACH(set, child_of(member, XML_TAG_TRANSIENT_NODEATTRS), XML_TAG_ATTR_SETS) {
        xmlNode *pair = child_with(set, XML_CIB_TAG_NVPAIR, XML_NVPAIR_ATTR_NAME, name);
        if (pair != NULL) {
            return pair;
        }
    }
    return NULL;
}

/* Set a transient attribute; the value "" removes it. Ids are made as pacemaker-attrd makes them. */
void set_attribute(xmlNode *member, const char *name, const char *value)
{
    xmlNode *pair = find_attribute(member, name);
    if (*value == '\0') {
        if (pair != NULL) {
            discard(pair);
        }
        return;
    }
    if (pair == NULL) {
        const char *node = get_or(member, XML_ATTR_ID, "");
        char *set_id = g_strdup_printf("status-%s", node);
        char *id = g_strdup_printf("status-%s-%s", node, name);
        xmlNode *set = child_or_new(child_or_new(member, XML_TAG_TRANSIENT_NODEATTRS, node), XML_TAG_ATTR_SETS, set_id);
        pair = create_xml_node(set, XML_CIB_TAG_NVPAIR);
        crm_xml_set_id(pair, "%s", id);
        crm_xml_add(pair, XML_NVPAIR_ATTR_NAME, name);
        g_free(id);
        g_free(set_id);
    }
    crm_xml_add(pair, XML_NVPAIR_ATTR_VALUE, value);
}

time_t effective_time(void)
{
    long long pinned = 0;
    crm_element_value_ll(cib, "execution-date", &pinned);
    return pinned > 0 ? (time_t) pinned : time(NULL);
}

/* Tell whether time goes on while states are looked at. */
bool goes_by_the_clock(void)
{
    long long pinned = 0;
    crm_element_value_ll(cib, "execution-date", &pinned);
    return pinned <= 0;
}

/* Count a failure. The controller sets the count of a start or stop to INFINITY (controld_te_events.c), and so do we,
 * which crm_simulate does not; a probe that finds nothing running is no failure. */
void count_failure(xmlNode *member, const char *resource, const char *task, guint interval_ms, int rc)
{
    if (rc == 0 || (rc == PCMK_OCF_NOT_RUNNING && interval_ms == 0)) {
        return;
    }
    char *count = g_strdup_printf("fail-count-%s#%s_%u", resource, task, interval_ms);
    char *last = g_strdup_printf("last-failure-%s#%s_%u", resource, task, interval_ms);
    const char *before = get_or(find_attribute(member, count), XML_NVPAIR_ATTR_VALUE, "0");
    char *now = g_strdup_printf("%lld", (long long) effective_time());
    char *more = NULL;
    if ((interval_ms == 0 && strcmp(task, CRMD_ACTION_STOP) == 0)
        || (interval_ms == 0 && strcmp(task, CRMD_ACTION_START) == 0 && start_failure_fatal)
        || char2score(before) + 1 >= CRM_SCORE_INFINITY) {
        more = g_strdup(CRM_INFINITY_S);
    } else {
        more = g_strdup_printf("%d", char2score(before) + 1);
    }
    set_attribute(member, count, more);
    set_attribute(member, last, now);
    g_free(more);
    g_free(now);
    g_free(last);
    g_free(count);
}

static guint find_history(const part_t *member, const char *id)
{
    guint at = 0;
    while (at < member->histories->len && strcmp(get_or(history_xml(member, at), XML_ATTR_ID, ""), id) != 0) {
        at++;
    }
    return at;
}

/* Return where a resource's history is among a node's; made where it is not, if `like` tells what resource it is. Old
 * histories of a clone name the instance: such a one is gone on with while no node has one under the resource's own
 * name (named: whether one has), as crm_simulate does. */
guint history_of(part_t *member, const char *resource, xmlNode *like, bool named)
{
    const char *instance = get(like, XML_ATTR_ID_LONG);
    guint none = member->histories->len, at = none;
    if (instance != NULL && !named) {
        at = find_history(member, instance);
    }
    if (at == none) {
        at = find_history(member, resource);
    }
    if (at == none && like != NULL) {
        xmlNode *lrm = child_or_new(member->xml, XML_CIB_TAG_LRM, get_or(member->xml, XML_ATTR_ID, ""));
        child_or_new(lrm, XML_LRM_TAG_RESOURCES, NULL);
        xmlNode *history = xmlNewDocNode(document, NULL, (const xmlChar *) XML_LRM_TAG_RESOURCE, NULL);
        g_ptr_array_add(member->histories, part_of(history));
        crm_xml_add(history, XML_ATTR_ID, resource);
        crm_xml_add(history, XML_AGENT_ATTR_CLASS, get(like, XML_AGENT_ATTR_CLASS));
        crm_xml_add(history, XML_AGENT_ATTR_PROVIDER, get(like, XML_AGENT_ATTR_PROVIDER));
        crm_xml_add(history, XML_ATTR_TYPE, get(like, XML_ATTR_TYPE));
    }
    return at;
}

/* Tell whether an instance is one of this primitive: instances have ":" and a number behind the id. */
bool is_instance(const char *instance, const char *primitive)
{
    size_t length = strlen(primitive);
    return strncmp(instance, primitive, length) == 0 && (instance[length] == '\0' || instance[length] == ':');
}

/* Return where the next history of a primitive's instances is, at `from` or behind; behind all, if there is none. */
guint next_history(const part_t *member, guint from, const char *primitive)
{
    guint at = from;
    while (at < member->histories->len && !is_instance(get_or(history_xml(member, at), XML_ATTR_ID, ""), primitive)) {
        at++;
    }
    return at;
}

/* Digests of parameters, as Pacemaker's executor records them: primitive, task, interval -> an element with them.
 * An operation that is not recurring has the digest of the parameters alone, so that one does for all: task "". */
static GHashTable *digests;

static const char *const DIGESTS[] = {XML_LRM_ATTR_OP_DIGEST, XML_LRM_ATTR_RESTART_DIGEST, XML_LRM_ATTR_OP_RESTART,
                                      XML_LRM_ATTR_SECURE_DIGEST, XML_LRM_ATTR_OP_SECURE, NULL};

static char *digest_key(const char *instance, const char *task, const char *interval)
{
    return g_strdup_printf("%.*s\n%s\n%s", (int) strcspn(instance, ":"), instance, task, interval);
}

static void copy_digests(xmlNode *to, const xmlNode *from)
{
    for (int i = 0; DIGESTS[i] != NULL; i++) {
        crm_xml_add(to, DIGESTS[i], get(from, DIGESTS[i]));
    }
}

static void note_digests(const char *instance, const xmlNode *op)
{
    const char *interval = get_or(op, XML_LRM_ATTR_INTERVAL_MS, "0");
    const char *tasks[] = {get_or(op, XML_LRM_ATTR_TASK, ""), strcmp(interval, "0") == 0 ? "" : NULL};
    if (get(op, XML_LRM_ATTR_OP_DIGEST) == NULL) {
        return;
    }
    for (int i = 0; i < 2 && tasks[i] != NULL; i++) {
        xmlNode *kept = xmlNewDocNode(document, NULL, (const xmlChar *) "digests", NULL);
        copy_digests(kept, op);
        g_hash_table_replace(digests, digest_key(instance, tasks[i], interval), kept);
    }
}

static void free_digests(gpointer kept)
{
    discard(kept);
}

void forget_digests(void)
{
    g_clear_pointer(&digests, g_hash_table_destroy);
}

/* Read the digests that a base has recorded. */
void note_all_digests(const state_t *state)
{
    digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_digests);
    for (guint i = 0; i < state->members->len; i++) {
        const part_t *member = g_ptr_array_index(state->members, i);
        for (guint at = 0; at < member->histories->len; at++) {
            const xmlNode *history = history_xml(member, at);
            EACH(op, history, XML_LRM_TAG_RSC_OP) {
                note_digests(get_or(history, XML_ATTR_ID, ""), op);
            }
        }
    }
}

/* Give the records of an injected result the digests that a real one would have, as far as they are known. Without
 * them the scheduler takes it for the result of another configuration. */
void lend_digests(xmlNode *history, const char *primitive, const char *task, guint interval_ms)
{
    char *interval = g_strdup_printf("%u", interval_ms);
    char *key = digest_key(primitive, task, interval), *any = digest_key(primitive, "", interval);
    const xmlNode *known = g_hash_table_lookup(digests, key);
    known = known != NULL ? known : g_hash_table_lookup(digests, any);
    EACH(op, history, XML_LRM_TAG_RSC_OP) {
        if (known != NULL && get(op, XML_LRM_ATTR_OP_DIGEST) == NULL
            && strcmp(get_or(op, XML_LRM_ATTR_TASK, ""), task) == 0
            && strcmp(get_or(op, XML_LRM_ATTR_INTERVAL_MS, "0"), interval) == 0) {
            copy_digests(op, known);
        }
    }
    g_free(any);
    g_free(key);
    g_free(interval);
}

/* Write into a history how an operation ended. name: the resource's, in the operation's id. params: its parameters,
 * whose digest is kept; NULL where unknown. */
void record(xmlNode *history, const char *name, const char *task, guint interval_ms, int rc, int expected,
                   GHashTable *params)
{
    lrmd_event_data_t *event = lrmd_new_event(name, task, interval_ms);
    event->rc = rc;
    event->op_status = PCMK_EXEC_DONE;
    event->params = params;
    event->t_run = event->t_rcchange = (unsigned int) effective_time();
    EACH(old, history, XML_LRM_TAG_RSC_OP) {
        int call = 0;
        crm_element_value_int(old, XML_LRM_ATTR_CALLID, &call);
        event->call_id = MAX(event->call_id, call);
    }
    event->call_id++;
    xmlNode *op = pcmk__create_history_xml(history, event, CRM_FEATURE_SET, expected, NULL, crm_system_name);
    order_operation(op);
    note_digests(name, op);
    lrmd_free_event(event);
}

/* Let the first member be DC, unless the one that is still is a member. */
void elect(state_t *state)
{
    const char *first = NULL;
    for (guint i = 0; i < state->members->len; i++) {
        xmlNode *one = ((part_t *) g_ptr_array_index(state->members, i))->xml;
        if (crm_is_true(get(one, XML_NODE_IS_REMOTE)) || !crm_is_true(get(one, XML_NODE_IN_CLUSTER))
            || strcmp(get_or(one, XML_NODE_IS_PEER, ""), ONLINESTATUS) != 0
            || strcmp(get_or(one, XML_NODE_JOIN_STATE, ""), CRMD_JOINSTATE_MEMBER) != 0) {
            continue;
        }
        if (state->dc != NULL && strcmp(get_or(one, XML_ATTR_ID, ""), state->dc) == 0) {
            return;
        }
        first = first != NULL ? first : get(one, XML_ATTR_ID);
    }
    if (first != NULL) {
        g_free(state->dc);
        state->dc = g_strdup(first);
    }
}
