/* What the scheduler says, told in crm_simulate's own words. Part of the worker: see main.c. */

#include "worker.h"

static const char *truth(bool value)
{
    return value ? XML_BOOLEAN_TRUE : XML_BOOLEAN_FALSE;
}

static void say_node(const pe_node_t *node)
{
    g_string_append(answer, "<node");
    say_attribute("name", node->details->uname);
    say_attribute("online", truth(node->details->online));
    say_attribute("pending", truth(node->details->pending));
    say_attribute("unclean", truth(node->details->unclean));
    say_attribute("standby", truth(node->details->standby));
    say_attribute("standby_onfail", truth(node->details->standby_onfail));
    g_string_append(answer, "/>");
}

static void say_resource(const pe_resource_t *resource)
{
    enum rsc_role_e role = resource->role;
    if (resource->children != NULL) {
        for (GList *child = resource->children; child != NULL; child = child->next) {
            say_resource(child->data);
        }
        return;
    }
    if (resource->running_on == NULL) {
        return;
    }
    if (role == RSC_ROLE_STARTED && pcmk_is_set(uber_parent((pe_resource_t *) resource)->flags, pe_rsc_promotable)) {
        role = RSC_ROLE_UNPROMOTED; /* the status of a node knows no such role */
    }
    g_string_append(answer, "<resource");
    say_attribute("id", resource->id);
    say_attribute("role", role2text(role));
    say_attribute("blocked", truth(pcmk_is_set(resource->flags, pe_rsc_block)));
    g_string_append_c(answer, '>');
    for (GList *on = resource->running_on; on != NULL; on = on->next) {
        g_string_append(answer, "<node");
        say_attribute("name", ((const pe_node_t *) on->data)->details->uname);
        g_string_append(answer, "/>");
    }
    g_string_append(answer, "</resource>");
}

/* Say what runs where, in the words of crm_simulate --output-as=xml. */
void say_placement(void)
{
    g_string_append(answer, "<cluster_status><nodes>");
    for (GList *node = working_set->nodes; node != NULL; node = node->next) {
        say_node(node->data);
    }
    g_string_append(answer, "</nodes><resources>");
    for (GList *resource = working_set->resources; resource != NULL; resource = resource->next) {
        say_resource(resource->data);
    }
    g_string_append(answer, "</resources></cluster_status>");
}

static const char *const ACTION_SAYS[] = {XML_ATTR_ID, "operation", "operation_key", "on_node", NULL};
static const char *const META_SAYS[] = {"CRM_meta_interval", "CRM_meta_timeout", "CRM_meta_stonith_action",
                                        "CRM_meta_priority_fencing_delay", NULL};

static void say_attributes(const xmlNode *node, const char *const names[])
{
    for (int i = 0; names[i] != NULL; i++) {
        say_attribute(names[i], get(node, names[i]));
    }
}

static void say_synapse(xmlNode *synapse)
{
    xmlNode *action = first_element(child_of(synapse, "action_set"));
    xmlNode *primitive = child_of(action, XML_CIB_TAG_RESOURCE);
    if (action == NULL) {
        return;
    }
    g_string_append(answer, "<synapse");
    say_attribute("priority", get(synapse, XML_CIB_ATTR_PRIORITY));
    g_string_append_printf(answer, "><action_set><%s", (const char *) action->name);
    say_attributes(action, ACTION_SAYS);
    g_string_append_c(answer, '>');
    if (primitive != NULL) {
        g_string_append(answer, "<primitive");
        say_attribute(XML_ATTR_ID, get(primitive, XML_ATTR_ID));
        g_string_append(answer, "/>");
    }
    g_string_append(answer, "<attributes");
    say_attributes(child_of(action, XML_TAG_ATTRS), META_SAYS);
    g_string_append_printf(answer, "/></%s></action_set><inputs>", (const char *) action->name);
    EACH(trigger, child_of(synapse, "inputs"), "trigger") {
        g_string_append(answer, "<trigger><input");
        say_attribute(XML_ATTR_ID, get(first_element(trigger), XML_ATTR_ID));
        g_string_append(answer, "/></trigger>");
    }
    g_string_append(answer, "</inputs></synapse>");
}

/* Say a graph, without what nobody asks for. */
void say_graph(xmlNode *graph)
{
    g_string_append(answer, "<transition_graph");
    say_attribute("failed-start-offset", get(graph, "failed-start-offset"));
    say_attribute("failed-stop-offset", get(graph, "failed-stop-offset"));
    g_string_append_c(answer, '>');
    EACH(synapse, graph, "synapse") {
        say_synapse(synapse);
    }
    g_string_append(answer, "</transition_graph>");
}

/* Say which actions of the plan are carried out. */
void say_done(void)
{
    g_string_append(answer, "<done>");
    for (guint i = 0; i < carried->len; i++) {
        const task_t *action = g_ptr_array_index(plan, g_array_index(carried, guint, i));
        g_string_append_printf(answer, "%s ", get_or(action->xml, XML_ATTR_ID, ""));
    }
    g_string_append(answer, "</done>");
}
