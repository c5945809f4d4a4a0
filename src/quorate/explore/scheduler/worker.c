/* Pacemaker's scheduler as a process that stays: states of a cluster in, its decisions out.
 *
 * It is linked to the installed libpacemaker, and asks that library alone what is to be done. What is done then is
 * written into the state here, as crm_simulate writes it. There is no connection to any CIB in this program, neither
 * to a live one nor to a file: a CIB comes as text, on standard input, and states of it live in memory.
 *
 * Standard input has requests, standard output an answer to each: a decimal length, a newline, and that many bytes of
 * XML (so a name can hold what it likes). A request that makes no sense is answered by <error>; worker.py, which
 * sends them, has the list of requests. The program ends with its input.
 *
 * What makes it quick: the CIB is parsed and validated once. A state is what can differ from the base: quorum, <nodes>,
 * tickets, and a <node_state> per node. Each of these is shared by all states that have it in common, and copied when
 * one of them is about to change it. To schedule, a state's parts are hung into the one document, and taken out again.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/resource.h>

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <crm/crm.h>
#include <crm/lrmd.h>
#include <crm/msg_xml.h>
#include <crm/common/iso8601.h>
#include <crm/common/xml.h>
#include <crm/pengine/complex.h>
#include <crm/pengine/pe_types.h>
#include <crm/pengine/status.h>

/* Exported by libpacemaker 2.1 for its own programs; the headers that declare them are not installed. */
typedef struct pcmk__output_s pcmk__output_t;
int pcmk__log_output_new(pcmk__output_t **out);
void pe__register_messages(pcmk__output_t *out);
void pcmk__register_lib_messages(pcmk__output_t *out);
void pcmk__schedule_actions(xmlNode *cib, unsigned long long flags, pe_working_set_t *data_set);
xmlNode *pcmk__create_history_xml(xmlNode *parent, lrmd_event_data_t *event, const char *caller_version, int target_rc,
                                  const char *node, const char *origin);

enum { SLOTS = 64, REQUEST_MAX = 1 << 30 };

/* A piece of a state. facts: lines that tell what the digest needs of a <node_state>; NULL until somebody asks. */
typedef struct {
    int users;
    xmlNode *xml;
    char *facts;
} part_t;

/* A state of the cluster. members: a part_t for each <node_state>, in their order. tickets: NULL if it has none. */
typedef struct {
    char *quorum;
    char *dc;
    part_t *nodes;
    part_t *tickets;
    GPtrArray *members;
} state_t;

/* An action of the transition graph. waiting: for how many others. */
typedef struct {
    xmlNode *xml;
    int priority;
    int waiting;
    bool cut, done;
    GArray *then;
} task_t;

static xmlDoc *document;  /* the base without the parts: what all states have in common */
static xmlNode *cib, *configuration, *status;
static bool copied;       /* the scheduler writes into its input (guest nodes get resources there): it gets a copy */
static bool start_failure_fatal;
static state_t *slots[SLOTS];
static pe_working_set_t *working_set;
static pcmk__output_t *scheduler_log;
static GPtrArray *plan;   /* task_t: what the scheduler wants to be done in the state that was looked at last */
static GArray *carried;   /* indices into plan: what of that is carried out, in this order */
static xmlNode *graph;
static state_t *planned;
static GString *answer;

/* --- XML ------------------------------------------------------------------------------------------------------- */

static const char *get(const xmlNode *node, const char *name)
{
    return crm_element_value(node, name);
}

static const char *get_or(const xmlNode *node, const char *name, const char *otherwise)
{
    const char *value = get(node, name);
    return value != NULL ? value : otherwise;
}

static xmlNode *next_named(xmlNode *node, const char *name)
{
    while (node != NULL && (node->type != XML_ELEMENT_NODE || strcmp((const char *) node->name, name) != 0)) {
        node = node->next;
    }
    return node;
}

#define EACH(child, parent, name)                                                                                      \
    for (xmlNode *child = (parent) != NULL ? next_named((parent)->children, name) : NULL; child != NULL;              \
         child = next_named(child->next, name))

static xmlNode *child_of(xmlNode *parent, const char *name)
{
    return parent != NULL ? next_named(parent->children, name) : NULL;
}

static xmlNode *child_or_new(xmlNode *parent, const char *name, const char *id)
{
    xmlNode *child = child_of(parent, name);
    if (child == NULL) {
        child = create_xml_node(parent, name);
        if (id != NULL) {
            crm_xml_add(child, XML_ATTR_ID, id);
        }
    }
    return child;
}

static xmlNode *child_with(xmlNode *parent, const char *name, const char *attribute, const char *value)
{
    EACH(child, parent, name) {
        if (strcmp(get_or(child, attribute, ""), value) == 0) {
            return child;
        }
    }
    return NULL;
}

static void discard(xmlNode *node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static void discard_all(xmlNode *parent, const char *name)
{
    for (xmlNode *child = child_of(parent, name); child != NULL; child = child_of(parent, name)) {
        discard(child);
    }
}

/* Append text to the answer, with what XML gives a meaning escaped. */
static void say_escaped(const char *text)
{
    char *escaped = g_markup_escape_text(text, -1);
    for (const char *at = escaped; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t') {
            g_string_append_printf(answer, "&#%d;", *at); /* an attribute would have them read as spaces */
        } else {
            g_string_append_c(answer, *at);
        }
    }
    g_free(escaped);
}

static void say_attribute(const char *name, const char *value)
{
    if (value != NULL) {
        g_string_append_printf(answer, " %s=\"", name);
        say_escaped(value);
        g_string_append_c(answer, '"');
    }
}

static void say_error(const char *why, const char *whom)
{
    g_string_assign(answer, "<error>");
    say_escaped(why);
    say_escaped(whom);
    g_string_append(answer, "</error>");
}

/* --- States ---------------------------------------------------------------------------------------------------- */

static part_t *part_of(xmlNode *xml)
{
    part_t *part = g_new0(part_t, 1);
    part->users = 1;
    part->xml = xml;
    return part;
}

static part_t *share(part_t *part)
{
    if (part != NULL) {
        part->users++;
    }
    return part;
}

static void release(part_t *part)
{
    if (part != NULL && --part->users == 0) {
        discard(part->xml);
        g_free(part->facts);
        g_free(part);
    }
}

/* Return a part's XML for writing: a copy of its own, if other states have it too. */
static xmlNode *own(part_t **part)
{
    if ((*part)->users > 1) {
        part_t *copy = part_of(xmlDocCopyNode((*part)->xml, document, 1));
        release(*part);
        *part = copy;
    }
    g_clear_pointer(&(*part)->facts, g_free);
    return (*part)->xml;
}

static void free_state(state_t *state)
{
    if (state == NULL) {
        return;
    }
    for (guint i = 0; i < state->members->len; i++) {
        release(g_ptr_array_index(state->members, i));
    }
    g_ptr_array_free(state->members, TRUE);
    release(state->nodes);
    release(state->tickets);
    g_free(state->quorum);
    g_free(state->dc);
    g_free(state);
}

static state_t *copy_state(const state_t *state)
{
    state_t *copy = g_new0(state_t, 1);
    copy->quorum = g_strdup(state->quorum);
    copy->dc = g_strdup(state->dc);
    copy->nodes = share(state->nodes);
    copy->tickets = share(state->tickets);
    copy->members = g_ptr_array_sized_new(state->members->len);
    for (guint i = 0; i < state->members->len; i++) {
        g_ptr_array_add(copy->members, share(g_ptr_array_index(state->members, i)));
    }
    return copy;
}

static part_t *take_out(xmlNode *xml)
{
    xmlUnlinkNode(xml);
    return part_of(xml);
}

/* Take the parts out of a CIB that was just read: what they leave is the frame of all states. */
static state_t *first_state(void)
{
    state_t *state = g_new0(state_t, 1);
    state->quorum = g_strdup(get_or(cib, XML_ATTR_HAVE_QUORUM, "0"));
    state->dc = g_strdup(get(cib, XML_ATTR_DC_UUID));
    state->members = g_ptr_array_new();
    state->nodes = take_out(child_or_new(configuration, XML_CIB_TAG_NODES, NULL));
    if (child_of(status, XML_CIB_TAG_TICKETS) != NULL) {
        state->tickets = take_out(child_of(status, XML_CIB_TAG_TICKETS));
    }
    for (xmlNode *one = child_of(status, XML_CIB_TAG_STATE); one != NULL; one = child_of(status, XML_CIB_TAG_STATE)) {
        g_ptr_array_add(state->members, take_out(one));
    }
    return state;
}

/* Hang a state's parts into the document: it is a whole CIB until take_apart(). */
static void put_together(const state_t *state)
{
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    crm_xml_add(cib, XML_ATTR_HAVE_QUORUM, state->quorum);
    if (state->dc != NULL) {
        crm_xml_add(cib, XML_ATTR_DC_UUID, state->dc);
    }
    if (resources != NULL) {
        xmlAddPrevSibling(resources, state->nodes->xml); /* the schema wants them in this order */
    } else {
        xmlAddChild(configuration, state->nodes->xml);
    }
    for (guint i = 0; i < state->members->len; i++) {
        xmlAddChild(status, ((part_t *) g_ptr_array_index(state->members, i))->xml);
    }
    if (state->tickets != NULL) {
        xmlAddChild(status, state->tickets->xml);
    }
}

static void take_apart(const state_t *state)
{
    xmlUnlinkNode(state->nodes->xml);
    for (guint i = 0; i < state->members->len; i++) {
        xmlUnlinkNode(((part_t *) g_ptr_array_index(state->members, i))->xml);
    }
    if (state->tickets != NULL) {
        xmlUnlinkNode(state->tickets->xml);
    }
}

/* --- What can be changed in a state ---------------------------------------------------------------------------- */

/* Return a node's <node_state> for writing. Where it has none it gets one, with this id (NULL: the one it has in
 * <nodes>, or its name). */
static xmlNode *member(state_t *state, const char *name, const char *id)
{
    for (guint i = 0; i < state->members->len; i++) {
        part_t **part = (part_t **) &g_ptr_array_index(state->members, i);
        if (strcmp(get_or((*part)->xml, XML_ATTR_UNAME, ""), name) == 0) {
            return own(part);
        }
    }
    if (id == NULL) {
        id = get_or(child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_UNAME, name), XML_ATTR_ID, name);
    }
    xmlNode *made = xmlNewDocNode(document, NULL, (const xmlChar *) XML_CIB_TAG_STATE, NULL);
    crm_xml_add(made, XML_ATTR_ID, id);
    crm_xml_add(made, XML_ATTR_UNAME, name);
    g_ptr_array_add(state->members, part_of(made));
    return made;
}

static void set_membership(xmlNode *member, const char *in_ccm, const char *crmd, const char *join)
{
    crm_xml_add(member, XML_NODE_IN_CLUSTER, in_ccm);
    crm_xml_add(member, XML_NODE_IS_PEER, crmd);
    crm_xml_add(member, XML_NODE_JOIN_STATE, join);
    crm_xml_add(member, XML_NODE_EXPECTED, join);
}

static void forget(xmlNode *member)
{
    discard_all(member, XML_CIB_TAG_LRM);
    discard_all(member, XML_TAG_TRANSIENT_NODEATTRS);
}

static void is_down(xmlNode *member)
{
    set_membership(member, XML_BOOLEAN_FALSE, OFFLINESTATUS, CRMD_JOINSTATE_DOWN);
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
static void set_attribute(xmlNode *member, const char *name, const char *value)
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

static time_t effective_time(void)
{
    long long pinned = 0;
    crm_element_value_ll(cib, "execution-date", &pinned);
    return pinned > 0 ? (time_t) pinned : time(NULL);
}

/* Count a failure. The controller sets the count of a start or stop to INFINITY (controld_te_events.c), and so do we,
 * which crm_simulate does not; a probe that finds nothing running is no failure. */
static void count_failure(xmlNode *member, const char *resource, const char *task, guint interval_ms, int rc)
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

/* Return where a resource's history is kept on a node; made where it is not, if `like` tells what resource it is. */
static xmlNode *history_of(xmlNode *member, const char *resource, xmlNode *like)
{
    const char *node = get_or(member, XML_ATTR_ID, "");
    xmlNode *lrm = child_or_new(member, XML_CIB_TAG_LRM, node);
    xmlNode *all = child_or_new(lrm, XML_LRM_TAG_RESOURCES, NULL);
    xmlNode *history = child_with(all, XML_LRM_TAG_RESOURCE, XML_ATTR_ID, resource);
    if (history == NULL && like != NULL) {
        history = create_xml_node(all, XML_LRM_TAG_RESOURCE);
        crm_xml_add(history, XML_ATTR_ID, resource);
        crm_xml_add(history, XML_AGENT_ATTR_CLASS, get(like, XML_AGENT_ATTR_CLASS));
        crm_xml_add(history, XML_AGENT_ATTR_PROVIDER, get(like, XML_AGENT_ATTR_PROVIDER));
        crm_xml_add(history, XML_ATTR_TYPE, get(like, XML_ATTR_TYPE));
    }
    return history;
}

/* Write into a history how an operation ended. params: its parameters, whose digest is kept; NULL where unknown. */
static void record(xmlNode *history, const char *task, guint interval_ms, int rc, int expected, GHashTable *params)
{
    lrmd_event_data_t *event = lrmd_new_event(get(history, XML_ATTR_ID), task, interval_ms);
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
    pcmk__create_history_xml(history, event, CRM_FEATURE_SET, expected, NULL, crm_system_name);
    lrmd_free_event(event);
}

/* Let the first member be DC, unless the one that is still is a member. */
static void elect(state_t *state)
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

/* --- What happens: the step of a request ----------------------------------------------------------------------- */

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

/* Tell whether an instance is one of this primitive: instances have ":" and a number behind the id. */
static bool is_instance(const char *instance, const char *primitive)
{
    size_t length = strlen(primitive);
    return strncmp(instance, primitive, length) == 0 && (instance[length] == '\0' || instance[length] == ':');
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

static int number(const xmlNode *node, const char *name)
{
    int value = 0;
    crm_element_value_int(node, name, &value);
    return value;
}

/* Return the next history of one of a primitive's instances: the first in a <node_state>, or the one after another. */
static xmlNode *next_history(xmlNode *member, xmlNode *after, const char *primitive)
{
    xmlNode *all = child_of(child_of(member, XML_CIB_TAG_LRM), XML_LRM_TAG_RESOURCES);
    xmlNode *next = after != NULL ? after->next : all != NULL ? all->children : NULL;
    while ((next = next_named(next, XML_LRM_TAG_RESOURCE)) != NULL && !is_instance(get_or(next, XML_ATTR_ID, ""), primitive)) {
        next = next->next;
    }
    return next;
}

static bool is_of(const xmlNode *op, const char *task, guint interval_ms)
{
    return (guint) number(op, XML_LRM_ATTR_INTERVAL_MS) == interval_ms
           && (task == NULL || strcmp(get_or(op, XML_LRM_ATTR_TASK, ""), task) == 0);
}

/* Find a recorded operation of a primitive that knows the digest of its parameters, on any node. */
static const xmlNode *find_digest(const state_t *state, const char *primitive, const char *task, guint interval_ms)
{
    for (guint i = 0; i < state->members->len; i++) {
        xmlNode *member = ((part_t *) g_ptr_array_index(state->members, i))->xml, *history = NULL;
        while ((history = next_history(member, history, primitive)) != NULL) {
            EACH(op, history, XML_LRM_TAG_RSC_OP) {
                if (get(op, XML_LRM_ATTR_OP_DIGEST) != NULL && is_of(op, task, interval_ms)) {
                    return op;
                }
            }
        }
    }
    return NULL;
}

/* Give an injected result the digest of its parameters: of the same operation, or, where it is not recurring, of any
 * other, as they have the same parameters. Without it the scheduler takes it for one of another configuration. */
static void lend_digest(const state_t *state, xmlNode *history, const char *primitive, const char *task,
                        guint interval_ms)
{
    static const char *const DIGESTS[] = {XML_LRM_ATTR_OP_DIGEST, XML_LRM_ATTR_RESTART_DIGEST,
                                          XML_LRM_ATTR_OP_RESTART, XML_LRM_ATTR_SECURE_DIGEST,
                                          XML_LRM_ATTR_OP_SECURE, NULL};
    const xmlNode *model = find_digest(state, primitive, task, interval_ms);
    if (model == NULL && interval_ms == 0) {
        model = find_digest(state, primitive, NULL, 0);
    }
    EACH(op, history, XML_LRM_TAG_RSC_OP) {
        if (model != NULL && get(op, XML_LRM_ATTR_OP_DIGEST) == NULL && is_of(op, task, interval_ms)) {
            for (int i = 0; DIGESTS[i] != NULL; i++) {
                crm_xml_add(op, DIGESTS[i], get(model, DIGESTS[i]));
            }
        }
    }
}

/* An operation ended: into the histories of the instances that are on the node, or of the primitive if there is none. */
static void add_result(state_t *state, const xmlNode *result)
{
    const char *resource = get_or(result, "resource", ""), *task = get_or(result, "task", "");
    guint interval_ms = (guint) number(result, "interval");
    int rc = number(result, "rc");
    xmlNode *where = member(state, get_or(result, "node", ""), NULL);
    xmlNode *history = next_history(where, NULL, resource);
    count_failure(where, resource, task, interval_ms, rc);
    if (history == NULL) {
        xmlNode *primitive = find_deep(configuration, XML_CIB_TAG_RESOURCE, resource);
        const char *template = get(primitive, "template");
        if (template != NULL) {
            primitive = find_deep(configuration, XML_CIB_TAG_RSC_TEMPLATE, template);
        }
        history = history_of(where, resource, primitive);
    }
    for (; history != NULL; history = next_history(where, history, resource)) {
        record(history, task, interval_ms, rc, PCMK_OCF_OK, NULL);
        lend_digest(state, history, resource, task, interval_ms);
    }
}

/* Apply what a step tells; the order is crm_simulate's, as far as it has an order. */
static void apply(state_t *state, xmlNode *step)
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
        xmlNode *back = member(state, get_or(one, "node", ""), NULL);
        forget(back);
        set_membership(back, XML_BOOLEAN_TRUE, ONLINESTATUS, CRMD_JOINSTATE_MEMBER);
    }
    EACH(one, step, "score") {
        set_attribute(member(state, get_or(one, "node", ""), NULL), get_or(one, "name", ""), get_or(one, "value", ""));
    }
    EACH(one, step, "left") {
        is_down(member(state, get_or(one, "node", ""), NULL));
    }
    EACH(one, step, "lost") {
        set_membership(member(state, get_or(one, "node", ""), NULL), XML_BOOLEAN_FALSE, ONLINESTATUS,
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

/* --- What the scheduler says ----------------------------------------------------------------------------------- */

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
static void say_placement(void)
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

static xmlNode *first_element(xmlNode *parent)
{
    xmlNode *child = parent != NULL ? parent->children : NULL;
    while (child != NULL && child->type != XML_ELEMENT_NODE) {
        child = child->next;
    }
    return child;
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

/* Say the graph, without what nobody asks for, and which of its actions are carried out. */
static void say_graph(void)
{
    g_string_append(answer, "<transition_graph");
    say_attribute("failed-start-offset", get(graph, "failed-start-offset"));
    say_attribute("failed-stop-offset", get(graph, "failed-stop-offset"));
    g_string_append_c(answer, '>');
    EACH(synapse, graph, "synapse") {
        say_synapse(synapse);
    }
    g_string_append(answer, "</transition_graph><done>");
    for (guint i = 0; i < carried->len; i++) {
        const task_t *action = g_ptr_array_index(plan, g_array_index(carried, guint, i));
        g_string_append_printf(answer, "%s ", get_or(action->xml, XML_ATTR_ID, ""));
    }
    g_string_append(answer, "</done>");
}

/* --- Facts: lines from which state.py makes the digest of a state ---------------------------------------------- */

static const char *node_name(const state_t *state, const xmlNode *member)
{
    const char *id = get_or(member, XML_ATTR_ID, "");
    const char *name = get(child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_ID, id), XML_ATTR_UNAME);
    return get_or(member, XML_ATTR_UNAME, name != NULL ? name : id);
}

/* Append a line of words, given up to a NULL. A word with a line break in it stays on its line. */
static void add_line(GString *lines, ...)
{
    va_list words;
    gsize begin = lines->len;
    va_start(words, lines);
    for (const char *word = va_arg(words, const char *); word != NULL; word = va_arg(words, const char *)) {
        g_string_append_printf(lines, "%s ", word);
    }
    va_end(words);
    for (gsize i = begin; i < lines->len; i++) {
        if (lines->str[i] == '\n' || lines->str[i] == '\r') {
            lines->str[i] = ' ';
        }
    }
    g_string_append_c(lines, '\n');
}

static bool is_failure(const xmlNode *op)
{
    static const char *const WELL[] = {"0", "7", "8", "190", "193", NULL};
    return !g_strv_contains(WELL, get_or(op, XML_LRM_ATTR_RC, ""))
           || g_str_has_suffix(get_or(op, XML_ATTR_ID, ""), "_last_failure_0");
}

static char *member_facts(const char *name, xmlNode *member)
{
    GString *lines = g_string_new("");
    EACH(attributes, member, XML_TAG_TRANSIENT_NODEATTRS) {
        EACH(set, attributes, XML_TAG_ATTR_SETS) {
            EACH(pair, set, XML_CIB_TAG_NVPAIR) {
                const char *attribute = get_or(pair, XML_NVPAIR_ATTR_NAME, "");
                if (!g_str_has_prefix(attribute, "last-failure-")) {
                    add_line(lines, "attribute", name, attribute, get_or(pair, XML_NVPAIR_ATTR_VALUE, ""), NULL);
                }
            }
        }
    }
    EACH(history, child_of(child_of(member, XML_CIB_TAG_LRM), XML_LRM_TAG_RESOURCES), XML_LRM_TAG_RESOURCE) {
        EACH(op, history, XML_LRM_TAG_RSC_OP) {
            if (is_failure(op)) {
                char **resource = g_strsplit(get_or(history, XML_ATTR_ID, ""), ":", 2);
                add_line(lines, "failure", name, resource[0], get_or(op, XML_LRM_ATTR_TASK, ""),
                         get_or(op, XML_LRM_ATTR_INTERVAL_MS, "0"), get_or(op, XML_LRM_ATTR_RC, ""), NULL);
                g_strfreev(resource);
            }
        }
    }
    return g_string_free(lines, FALSE);
}

static int by_text(gconstpointer one, gconstpointer other)
{
    return strcmp(*(const char *const *) one, *(const char *const *) other);
}

static void add_ticket(GString *lines, const xmlNode *ticket)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (const xmlAttr *one = ticket->properties; one != NULL; one = one->next) {
        const char *name = (const char *) one->name;
        if (strcmp(name, XML_ATTR_ID) != 0 && strcmp(name, "last-granted") != 0) {
            g_ptr_array_add(words, g_strdup_printf("%s=%s", name, get_or(ticket, name, "")));
        }
    }
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
    char *rest = g_strjoinv(" ", (char **) words->pdata);
    add_line(lines, "ticket", get_or(ticket, XML_ATTR_ID, ""), rest, NULL);
    g_free(rest);
    g_ptr_array_free(words, TRUE);
}

static void say_facts(state_t *state)
{
    GString *lines = g_string_new("");
    xmlNode *dc = child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_ID, state->dc != NULL ? state->dc : "");
    add_line(lines, "quorum", state->quorum, NULL);
    add_line(lines, "dc", get_or(dc, XML_ATTR_UNAME, ""), NULL);
    EACH(node, state->nodes->xml, XML_CIB_TAG_NODE) {
        EACH(set, node, XML_TAG_ATTR_SETS) {
            EACH(pair, set, XML_CIB_TAG_NVPAIR) {
                if (strcmp(get_or(pair, XML_NVPAIR_ATTR_NAME, ""), "standby") == 0) {
                    add_line(lines, "standby", get_or(node, XML_ATTR_UNAME, ""),
                             get_or(pair, XML_NVPAIR_ATTR_VALUE, ""), NULL);
                }
            }
        }
    }
    for (guint i = 0; i < state->members->len; i++) {
        part_t *part = g_ptr_array_index(state->members, i);
        if (part->facts == NULL) {
            part->facts = member_facts(node_name(state, part->xml), part->xml);
        }
        g_string_append(lines, part->facts);
    }
    EACH(ticket, state->tickets != NULL ? state->tickets->xml : NULL, XML_CIB_TAG_TICKET_STATE) {
        add_ticket(lines, ticket);
    }
    g_string_append(answer, "<facts>");
    say_escaped(lines->str);
    g_string_append(answer, "</facts>");
    g_string_free(lines, TRUE);
}

/* --- Carrying out a transition --------------------------------------------------------------------------------- */

static bool is_named(const xmlNode *node, const char *name)
{
    return strcmp((const char *) node->name, name) == 0;
}

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
static void read_plan(xmlNode *request)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
    EACH(synapse, graph, "synapse") {
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
    EACH(synapse, graph, "synapse") {
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
static void choose(xmlNode *request)
{
    bool given_up = false;
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
    xmlNode *where = member(state, node, router != NULL ? node : get(action, "on_node_uuid"));
    xmlNode *history = history_of(where, get_or(primitive, XML_ATTR_ID, ""), primitive);
    if (strcmp(task, CRMD_ACTION_DELETE) == 0) {
        discard(history);
        return;
    }
    record(history, task, interval_ms, rc, expected, xml2list(action));
    if (failing != NULL) {
        count_failure(where, get_or(failing, "resource", ""), task, interval_ms, rc);
    }
}

/* Write what is carried out of the plan into the state that it was made for. */
static void carry_out(state_t *state, xmlNode *request)
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

/* --- Looking at a state ---------------------------------------------------------------------------------------- */

static void forget_plan(void)
{
    g_ptr_array_set_size(plan, 0);
    g_array_set_size(carried, 0);
    g_clear_pointer(&graph, free_xml);
    planned = NULL;
}

static void begin_status(xmlNode *input)
{
    working_set->input = input;
    working_set->priv = scheduler_log;
    working_set->flags |= pe_flag_no_compat | pe_flag_sanitized;
    working_set->now = crm_time_new(NULL);
    time_t now = effective_time();
    crm_time_set_timet(working_set->now, &now);
    cluster_status(working_set);
}

static void end_status(xmlNode *input)
{
    working_set->input = NULL; /* or it would be freed */
    pe_reset_working_set(working_set);
    if (input != cib) {
        free_xml(input);
    }
}

/* Answer what a state is and what the scheduler wants done in it; keep that as the plan. */
static void look(state_t *state, xmlNode *request)
{
    forget_plan();
    put_together(state);
    xmlNode *input = copied ? copy_xml(cib) : cib;
    begin_status(input);
    g_string_assign(answer, "<answer>");
    say_placement();
    pcmk__schedule_actions(input, pe_flag_no_compat, working_set);
    graph = working_set->graph;
    working_set->graph = NULL;
    end_status(input);
    take_apart(state);
    read_plan(request);
    choose(request);
    planned = state;
    say_graph();
    say_facts(state);
    g_string_append(answer, "</answer>");
}

/* --- Requests -------------------------------------------------------------------------------------------------- */

/* Tell whether the scheduler would write into this configuration: it makes resources for guest nodes and bundles, and
 * marks operations whose failure has timed out. */
static bool is_written_to(xmlNode *parent)
{
    for (xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE
            && (is_named(child, XML_CIB_TAG_CONTAINER) || strcmp(get_or(child, "type", ""), "remote") == 0
                || strcmp(get_or(child, "name", ""), "remote-node") == 0
                || strcmp(get_or(child, "name", ""), XML_RSC_ATTR_FAIL_TIMEOUT) == 0 || is_written_to(child))) {
            return true;
        }
    }
    return false;
}

static void drop_states(void)
{
    forget_plan();
    for (int i = 0; i < SLOTS; i++) {
        free_state(slots[i]);
        slots[i] = NULL;
    }
    if (document != NULL) {
        xmlFreeDoc(document);
        document = NULL;
    }
}

/* <load><cib/></load>: the base, as state 0. */
static void load(xmlNode *request)
{
    drop_states();
    cib = copy_xml(child_of(request, XML_TAG_CIB)); /* a document of its own */
    if (child_of(cib, XML_CIB_TAG_STATUS) == NULL) {
        create_xml_node(cib, XML_CIB_TAG_STATUS);
    }
    if (!cli_config_update(&cib, NULL, FALSE) || !validate_xml(cib, NULL, FALSE)) {
        document = cib->doc;
        say_error("Pacemaker's schema does not accept the CIB", "");
        return;
    }
    document = cib->doc;
    configuration = child_of(cib, XML_CIB_TAG_CONFIGURATION);
    status = child_of(cib, XML_CIB_TAG_STATUS);
    copied = is_written_to(configuration);
    xmlNode *input = copy_xml(cib);
    begin_status(input);
    start_failure_fatal = pcmk_is_set(working_set->flags, pe_flag_start_failure_fatal);
    end_status(input);
    slots[0] = first_state();
    g_string_assign(answer, "<loaded version=\"" PACEMAKER_VERSION "\"/>");
}

static int slot(const xmlNode *request, const char *name, bool filled)
{
    int value = -1;
    crm_element_value_int(request, name, &value);
    return value >= 0 && value < SLOTS && (!filled || slots[value] != NULL) ? value : -1;
}

/* <step from= to= quorum=>: what happens to one state makes another; look at that. */
static void step(xmlNode *request)
{
    int from = slot(request, "from", true), to = slot(request, "to", false);
    if (from < 0 || to <= 0) { /* state 0 stays as it is */
        say_error("there is no state ", from < 0 ? get_or(request, "from", "") : get_or(request, "to", ""));
        return;
    }
    state_t *state = copy_state(slots[from]);
    apply(state, request);
    look(state, request);
    free_state(slots[to]);
    slots[to] = state;
}

/* <go state=>: carry out what was said to be carried out, and look again. */
static void go(xmlNode *request)
{
    int at = slot(request, "state", true);
    if (at <= 0 || slots[at] != planned) {
        say_error("nobody has looked at state ", get_or(request, "state", ""));
        return;
    }
    carry_out(slots[at], request);
    look(slots[at], request);
}

/* <cib state=>: the whole CIB. */
static void say_cib(xmlNode *request)
{
    int at = slot(request, "state", true);
    if (at < 0) {
        say_error("there is no state ", get_or(request, "state", ""));
        return;
    }
    xmlBuffer *text = xmlBufferCreate(); /* Pacemaker's own function writes line breaks in values as two characters */
    put_together(slots[at]);
    xmlNodeDump(text, document, cib, 0, 0);
    take_apart(slots[at]);
    g_string_assign(answer, (const char *) xmlBufferContent(text));
    xmlBufferFree(text);
}

static void respond(xmlNode *request)
{
    if (request != NULL && is_named(request, "load") && child_of(request, XML_TAG_CIB) != NULL) {
        load(request);
    } else if (request != NULL && is_named(request, "step")) {
        step(request);
    } else if (request != NULL && is_named(request, "go")) {
        go(request);
    } else if (request != NULL && is_named(request, "cib")) {
        say_cib(request);
    } else {
        say_error("not a request", "");
    }
}

/* Read a request; NULL at the end of the input. */
static char *read_request(size_t *length)
{
    char line[32] = "", *end = NULL;
    if (fgets(line, sizeof line, stdin) == NULL) {
        return NULL;
    }
    *length = strtoul(line, &end, 10);
    if (*end != '\n' || *length == 0 || *length > REQUEST_MAX) {
        return NULL;
    }
    char *text = g_malloc(*length + 1);
    if (fread(text, 1, *length, stdin) != *length) {
        g_free(text);
        return NULL;
    }
    text[*length] = '\0';
    return text;
}

int main(int argc, char **argv)
{
    size_t length = 0;
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* a failed assertion of the library is known by its signal, and leaves no file */
    crm_log_preinit("crm_simulate", argc, argv); /* the name that histories are signed with */
    pcmk__log_output_new(&scheduler_log);
    pe__register_messages(scheduler_log);
    pcmk__register_lib_messages(scheduler_log);
    working_set = pe_new_working_set();
    plan = g_ptr_array_new_with_free_func(free_action);
    carried = g_array_new(FALSE, FALSE, sizeof(guint));
    answer = g_string_new("");
    for (char *text = read_request(&length); text != NULL; text = read_request(&length)) {
        xmlDoc *request = xmlReadMemory(text, (int) length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE
                                        | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
        g_free(text);
        respond(request != NULL ? xmlDocGetRootElement(request) : NULL);
        if (request != NULL) {
            xmlFreeDoc(request);
        }
        printf("%zu\n", answer->len);
        fwrite(answer->str, 1, answer->len, stdout);
        fflush(stdout);
    }
    drop_states();
    return 0;
}
