/* States of the cluster, which share what they have in common. Part of the worker: see main.c. */

#include "worker.h"

part_t *part_of(xmlNode *xml)
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
xmlNode *own(part_t **part)
{
    if ((*part)->users > 1) {
        part_t *copy = part_of(xmlDocCopyNode((*part)->xml, document, 1));
        release(*part);
        *part = copy;
    }
    g_clear_pointer(&(*part)->facts, g_free);
    (*part)->sum = 0;
    return (*part)->xml;
}

static bool is_same_part(part_t *one, part_t *other)
{
    if (one == other || one == NULL || other == NULL) {
        return one == other;
    }
    one->sum = one->sum != 0 ? one->sum : sum_of(one->xml);
    other->sum = other->sum != 0 ? other->sum : sum_of(other->xml);
    return one->sum == other->sum && is_same_xml(one->xml, other->xml);
}

/* Tell whether two states are the same in all that the scheduler can see. */
bool is_same_state(state_t *one, state_t *other)
{
    if (strcmp(one->quorum, other->quorum) != 0 || g_strcmp0(one->dc, other->dc) != 0
        || one->members->len != other->members->len || !is_same_part(one->nodes, other->nodes)
        || !is_same_part(one->tickets, other->tickets)) {
        return false;
    }
    for (guint i = 0; i < one->members->len; i++) {
        if (!is_same_part(g_ptr_array_index(one->members, i), g_ptr_array_index(other->members, i))) {
            return false;
        }
    }
    return true;
}

void free_state(state_t *state)
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

state_t *copy_state(const state_t *state)
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

/* Give a state the parts of another one, which is the same. */
void share_parts(state_t *state, const state_t *other)
{
    for (guint i = 0; i < state->members->len; i++) {
        part_t **part = (part_t **) &g_ptr_array_index(state->members, i);
        part_t *theirs = share(g_ptr_array_index(other->members, i));
        release(*part);
        *part = theirs;
    }
}

static part_t *take_out(xmlNode *xml)
{
    xmlUnlinkNode(xml);
    return part_of(xml);
}

/* Take the parts out of a CIB that was just read: what they leave is the frame of all states. */
state_t *first_state(void)
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
void put_together(const state_t *state)
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

void take_apart(const state_t *state)
{
    xmlUnlinkNode(state->nodes->xml);
    for (guint i = 0; i < state->members->len; i++) {
        xmlUnlinkNode(((part_t *) g_ptr_array_index(state->members, i))->xml);
    }
    if (state->tickets != NULL) {
        xmlUnlinkNode(state->tickets->xml);
    }
}
