/* Carrying out what the scheduler wants done. Part of the worker: see main.c. */

#include "worker.h"

static bool is_fencing(const xmlNode *action)
{
    return is_named(action, XML_GRAPH_TAG_CRM_EVENT) && strcmp(get_or(action, "operation", ""), CRM_OP_FENCE) == 0;
}

static const char *meta(xmlNode *action, const char *name)
{
    return get_or(child_of(action, XML_TAG_ATTRS), name, "");
}

/* Return the <failing> of the request that an operation meets: then it ends with that one's return code. */
static xmlNode *meets(xmlNode *action, xmlNode *request)
{
    if (!is_named(action, XML_GRAPH_TAG_RSC_OP)) {
        return NULL;
    }
    const char *resource = get_or(child_of(action, XML_CIB_TAG_RESOURCE), XML_ATTR_ID, "");
    int interval_ms = atoi(meta(action, "CRM_meta_interval"));
    EACH(failing, request, "failing") {
        if (is_instance(resource, get_or(failing, "resource", ""))
            && strcmp(get_or(action, "operation", ""), get_or(failing, "task", "")) == 0
            && strcmp(get_or(action, "on_node", ""), get_or(failing, "node", "")) == 0
            && interval_ms == number(failing, "interval")) {
            return failing;
        }
    }
    return NULL;
}

static void free_action(gpointer data)
{
    task_t *action = data;
    g_array_free(action->then, TRUE);
    g_free(action);
}

/* Read the graph into the plan: who waits for whom, and which fencing cannot succeed. */
void read_plan(xmlNode *request)
{
    plan = g_ptr_array_new_with_free_func(free_action);
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
    EACH(synapse, seen->graph, "synapse") {
        task_t *action = g_new0(task_t, 1);
        action->xml = first_element(child_of(synapse, "action_set"));
        action->priority = number(synapse, XML_CIB_ATTR_PRIORITY);
        action->then = g_array_new(FALSE, FALSE, sizeof(guint));
        action->cut = is_fencing(action->xml) && strcmp(meta(action->xml, "CRM_meta_stonith_action"), "on") != 0
                      && child_with(request, "unfenceable", "node", get_or(action->xml, "on_node", "")) != NULL;
        g_hash_table_insert(index, (gpointer) get_or(action->xml, XML_ATTR_ID, ""), GUINT_TO_POINTER(plan->len + 1));
        g_ptr_array_add(plan, action);
    }
    guint here = 0;
    EACH(synapse, seen->graph, "synapse") {
        task_t *action = g_ptr_array_index(plan, here);
        EACH(trigger, child_of(synapse, "inputs"), "trigger") {
            gpointer before = g_hash_table_lookup(index, get_or(first_element(trigger), XML_ATTR_ID, ""));
            action->waiting++;
            if (before != NULL) {
                task_t *first = g_ptr_array_index(plan, GPOINTER_TO_UINT(before) - 1);
                g_array_append_val(first->then, here);
            }
        }
        here++;
    }
    g_hash_table_destroy(index);
}

/* Find what is carried out, and in which order, as Pacemaker's graph engine does it: again and again through the
 * graph, each action when all it waits for is done. After an operation has failed only what has priority INFINITY is
 * still begun (and markers, which cost nothing); fencing that fails holds up what waits for it, and nothing else. */
void choose(xmlNode *request)
{
    bool given_up = false;
    carried = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint before = G_MAXUINT; before != carried->len;) {
        before = carried->len;
        for (guint i = 0; i < plan->len; i++) {
            task_t *action = g_ptr_array_index(plan, i);
            if (action->done || action->cut || action->waiting > 0
                || (given_up && action->priority < CRM_SCORE_INFINITY
                    && !is_named(action->xml, XML_GRAPH_TAG_PSEUDO_EVENT))) {
                continue;
            }
            bool failed = meets(action->xml, request) != NULL;
            action->done = true;
            given_up = given_up || failed;
            g_array_append_val(carried, i);
            for (guint next = 0; next < action->then->len; next++) {
                task_t *other = g_ptr_array_index(plan, g_array_index(action->then, guint, next));
                if (!failed || other->priority >= CRM_SCORE_INFINITY) {
                    other->waiting--;
                }
            }
        }
    }
}

static void carry_out_operation(state_t *state, xmlNode *action, xmlNode *request)
{
    xmlNode *primitive = child_of(action, XML_CIB_TAG_RESOURCE);
    const char *task = get_or(action, "operation", "");
    const char *router = get(action, "router_node"), *node = get(action, "on_node");
    xmlNode *failing = meets(action, request);
    int expected = atoi(meta(action, "CRM_meta_op_target_rc"));
    int rc = failing != NULL ? number(failing, "rc") : expected;
    guint interval_ms = (guint) strtoul(meta(action, "CRM_meta_interval"), NULL, 10);
    if (primitive == NULL || node == NULL || strcmp(task, RSC_METADATA) == 0 || strcmp(task, CRM_OP_REPROBE) == 0) {
        return; /* these leave no history */
    }
    part_t *where = member(state, node, router != NULL ? node : get(action, "on_node_uuid"));
    const char *resource = get_or(primitive, XML_ATTR_ID, "");
    guint at = history_of(where, resource, primitive, g_hash_table_contains(seen->named, resource));
    if (strcmp(task, CRMD_ACTION_DELETE) == 0) {
        g_ptr_array_remove_index(where->histories, at);
        return;
    }
    record(own_history(where, at), resource, task, interval_ms, rc, expected, xml2list(action));
    if (failing != NULL) {
        count_failure(where->xml, resource, task, interval_ms, rc);
    }
}

/* Write what is carried out of the plan into the state that it was made for. */
void carry_out(state_t *state, xmlNode *request)
{
    for (guint i = 0; i < carried->len; i++) {
        xmlNode *action = ((task_t *) g_ptr_array_index(plan, g_array_index(carried, guint, i)))->xml;
        if (is_named(action, XML_GRAPH_TAG_RSC_OP)) {
            carry_out_operation(state, action, request);
        } else if (is_fencing(action) && strcmp(meta(action, "CRM_meta_stonith_action"), "on") != 0) {
            is_down(member(state, get_or(action, "on_node", ""), NULL));
        }
    }
    elect(state);
}
