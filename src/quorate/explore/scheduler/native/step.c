/* What happens to a cluster at one moment, written into a state. Part of the worker: see main.c. */

#include "worker.h"

static void set_standby(state_t *state, const char *name, bool on)
{
    xmlNode *nodes = own(&state->nodes);
    xmlNode *node = child_with(nodes, XML_CIB_TAG_NODE, XML_ATTR_UNAME, name);
    bool there = false;
    if (node == NULL) { /* remote and guest nodes need no entry until they have an attribute */
        node = create_xml_node(nodes, XML_CIB_TAG_NODE);
        crm_xml_add(node, XML_ATTR_ID, name);
        crm_xml_add(node, XML_ATTR_UNAME, name);
        crm_xml_add(node, XML_ATTR_TYPE, "remote");
    }
    EACH(set, node, XML_TAG_ATTR_SETS) {
        EACH(pair, set, XML_CIB_TAG_NVPAIR) {
            if (strcmp(get_or(pair, XML_NVPAIR_ATTR_NAME, ""), "standby") == 0) {
                crm_xml_add(pair, XML_NVPAIR_ATTR_VALUE, on ? "on" : "off");
                there = true;
            }
        }
    }
    if (!there) {
        char *id = g_strdup_printf("nodes-%s", get_or(node, XML_ATTR_ID, ""));
        xmlNode *set = child_or_new(node, XML_TAG_ATTR_SETS, id);
        xmlNode *pair = create_xml_node(set, XML_CIB_TAG_NVPAIR);
        crm_xml_set_id(pair, "%s-standby", get_or(set, XML_ATTR_ID, id));
        crm_xml_add(pair, XML_NVPAIR_ATTR_NAME, "standby");
        crm_xml_add(pair, XML_NVPAIR_ATTR_VALUE, on ? "on" : "off");
        g_free(id);
    }
}

static void set_ticket(state_t *state, const char *ticket, bool granted)
{
    if (state->tickets == NULL) {
        state->tickets = part_of(xmlNewDocNode(document, NULL, (const xmlChar *) XML_CIB_TAG_TICKETS, NULL));
    }
    xmlNode *tickets = own(&state->tickets);
    xmlNode *one = child_with(tickets, XML_CIB_TAG_TICKET_STATE, XML_ATTR_ID, ticket);
    if (one == NULL) {
        one = create_xml_node(tickets, XML_CIB_TAG_TICKET_STATE);
        crm_xml_add(one, XML_ATTR_ID, ticket);
    }
    crm_xml_add(one, "granted", granted ? XML_BOOLEAN_TRUE : XML_BOOLEAN_FALSE);
}

static xmlNode *find_deep(xmlNode *parent, const char *name, const char *id)
{
    for (xmlNode *child = parent != NULL ? parent->children : NULL; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && strcmp((const char *) child->name, name) == 0
            && strcmp(get_or(child, XML_ATTR_ID, ""), id) == 0) {
            return child;
        }
        xmlNode *found = find_deep(child, name, id);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* Tell whether a primitive is one of a clone whose instances have an identity of their own. */
static bool is_unique(const char *primitive)
{
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    for (xmlNode *clone = resources != NULL ? resources->children : NULL; clone != NULL; clone = clone->next) {
        if ((is_named(clone, XML_CIB_TAG_INCARNATION) || is_named(clone, "master"))
            && find_deep(clone, XML_CIB_TAG_RESOURCE, primitive) != NULL) {
            EACH(set, clone, XML_TAG_META_SETS) {
                xmlNode *pair = child_with(set, XML_CIB_TAG_NVPAIR, XML_NVPAIR_ATTR_NAME, XML_RSC_ATTR_UNIQUE);
                if (pair != NULL) {
                    return crm_is_true(get(pair, XML_NVPAIR_ATTR_VALUE));
                }
            }
        }
    }
    return false;
}

/* Tell whether the newest operation of a history says that nothing runs. */
static bool is_idle(xmlNode *history)
{
    const xmlNode *newest = NULL;
    EACH(op, history, XML_LRM_TAG_RSC_OP) {
        if (newest == NULL || number(op, XML_LRM_ATTR_CALLID) > number(newest, XML_LRM_ATTR_CALLID)) {
            newest = op;
        }
    }
    const char *task = get_or(newest, XML_LRM_ATTR_TASK, ""), *rc = get_or(newest, XML_LRM_ATTR_RC, "");
    return newest == NULL || (strcmp(task, CRMD_ACTION_STOP) == 0 && strcmp(rc, "0") == 0)
           || (strcmp(task, CRMD_ACTION_STATUS) == 0 && strcmp(rc, "7") == 0);
}

static void end(part_t *where, xmlNode *history, const xmlNode *result, const char *counted)
{
    const char *task = get_or(result, "task", "");
    guint interval_ms = (guint) number(result, "interval");
    count_failure(where->xml, counted, task, interval_ms, number(result, "rc"));
    record(history, get(history, XML_ATTR_ID), task, interval_ms, number(result, "rc"), PCMK_OCF_OK, NULL);
    lend_digests(history, get_or(result, "resource", ""), task, interval_ms);
}

/* An operation ended, of an instance that has an identity of its own: of those that are active on the node. */
static void add_unique_result(part_t *where, const xmlNode *result, xmlNode *primitive)
{
    const char *resource = get_or(result, "resource", "");
    guint first = next_history(where, 0, resource);
    bool any = false;
    for (guint at = first; at < where->histories->len; at = next_history(where, at + 1, resource)) {
        if (!is_idle(history_xml(where, at))) {
            xmlNode *history = own_history(where, at);
            end(where, history, result, get(history, XML_ATTR_ID));
            any = true;
        }
    }
    if (!any) {
        char *instance = g_strdup_printf("%s:0", resource);
        first = first < where->histories->len ? first : history_of(where, instance, primitive, true);
        xmlNode *history = own_history(where, first);
        end(where, history, result, get(history, XML_ATTR_ID));
        g_free(instance);
    }
}

/* An operation ended: into the histories of the instances on the node, or of the primitive where there are none. */
static void add_result(state_t *state, const xmlNode *result)
{
    const char *resource = get_or(result, "resource", "");
    part_t *where = member(state, get_or(result, "node", ""), NULL);
    xmlNode *primitive = find_deep(configuration, XML_CIB_TAG_RESOURCE, resource);
    const char *template = get(primitive, "template");
    if (template != NULL) {
        primitive = find_deep(configuration, XML_CIB_TAG_RSC_TEMPLATE, template);
    }
    if (is_unique(resource)) {
        add_unique_result(where, result, primitive);
        return;
    }
    guint at = next_history(where, 0, resource);
    at = at < where->histories->len ? at : history_of(where, resource, primitive, true);
    end(where, own_history(where, at), result, resource);
    while ((at = next_history(where, at + 1, resource)) < where->histories->len) {
        xmlNode *history = own_history(where, at);
        record(history, get(history, XML_ATTR_ID), get_or(result, "task", ""), (guint) number(result, "interval"),
               number(result, "rc"), PCMK_OCF_OK, NULL);
        lend_digests(history, resource, get_or(result, "task", ""), (guint) number(result, "interval"));
    }
}

/* Apply what a step tells; the order is crm_simulate's, as far as it has an order. */
void apply(state_t *state, xmlNode *step)
{
    const char *quorum = get(step, "quorum");
    if (quorum != NULL) {
        g_free(state->quorum);
        state->quorum = g_strdup(quorum);
    }
    EACH(one, step, "standby") {
        set_standby(state, get_or(one, "node", ""), crm_is_true(get(one, "on")));
    }
    EACH(one, step, "returned") {
        part_t *back = member(state, get_or(one, "node", ""), NULL);
        forget(back);
        set_membership(back->xml, XML_BOOLEAN_TRUE, ONLINESTATUS, CRMD_JOINSTATE_MEMBER);
    }
    EACH(one, step, "score") {
        part_t *where = member(state, get_or(one, "node", ""), NULL);
        set_attribute(where->xml, get_or(one, "name", ""), get_or(one, "value", ""));
    }
    EACH(one, step, "left") {
        is_down(member(state, get_or(one, "node", ""), NULL));
    }
    EACH(one, step, "lost") {
        set_membership(member(state, get_or(one, "node", ""), NULL)->xml, XML_BOOLEAN_FALSE, ONLINESTATUS,
                       CRMD_JOINSTATE_MEMBER);
    }
    EACH(one, step, "ticket") {
        set_ticket(state, get_or(one, "name", ""), crm_is_true(get(one, "granted")));
    }
    EACH(one, step, "result") {
        add_result(state, one);
    }
    elect(state);
}
