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
 * tickets, a <node_state> per node, and in that an <lrm_resource> per resource. Each of these is shared by all states
 * that have it in common, and copied when one of them is about to change it. To schedule, a state's parts are hung into
 * the one document, and taken out again.
 *
 * A step goes through the parts in this order: step.c writes it into a copy of a state (with history.c); look() below
 * asks the scheduler; telling.c and facts.c say what it found; plan.c finds what is carried out, and later does it.
 * seen.c keeps what was said of states that may come again. memory.c, tree.c, shortcuts.c, passing.c, finding.c,
 * counting.c, narrowing.c, actions.c, digests.c and expressions.c stand in the place of functions of the libraries, and
 * only save time.
 */

#include <sys/resource.h>

#include "worker.h"

enum { SLOTS = 64, REQUEST_MAX = 1 << 30 };

xmlDoc *document;
xmlNode *cib, *configuration, *status;
bool start_failure_fatal;
pe_working_set_t *working_set;
GPtrArray *plan;
GArray *carried;
GString *answer;

static const xmlNode *last_resource; /* of those that are configured */
static state_t *slots[SLOTS];
static state_t *planned; /* whose plan that is */
static pcmk__output_t *scheduler_log;

static void forget_plan(void)
{
    g_clear_pointer(&plan, g_ptr_array_unref);
    g_clear_pointer(&carried, g_array_unref);
    leave_seen();
    planned = NULL;
}

static void begin_status(void)
{
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    last_resource = resources != NULL ? resources->last : NULL;
    begin_shortcuts();
    working_set->input = cib;
    working_set->priv = scheduler_log;
    working_set->flags |= pe_flag_no_compat | pe_flag_sanitized;
    working_set->now = crm_time_new(NULL);
    time_t now = effective_time();
    crm_time_set_timet(working_set->now, &now);
    cluster_status(working_set);
}

static void end_status(void)
{
    working_set->input = NULL; /* or it would be freed */
    pe_reset_working_set(working_set);
    end_shortcuts();
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    while (resources != NULL && resources->last != last_resource) {
        discard(resources->last); /* the library has written it there: what a guest node is connected by */
    }
}

static void note_names(GHashTable *named, GList *resources)
{
    for (GList *one = resources; one != NULL; one = one->next) {
        const pe_resource_t *resource = one->data;
        if (resource->clone_name != NULL) {
            g_hash_table_add(named, g_strdup(resource->clone_name));
        }
        note_names(named, resource->children);
    }
}

/* Ask the scheduler what a state is and what it wants done in it. */
static void decide(state_t *state, const sum_t *sum)
{
    GHashTable *named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    begin_leaving_out(state);
    put_together(state);
    begin_status();
    g_string_assign(answer, "<answer>");
    say_placement();
    note_names(named, working_set->resources);
    begin_narrowing();
    pcmk__schedule_actions(cib, pe_flag_no_compat, working_set);
    end_narrowing();
    xmlNode *graph = working_set->graph;
    working_set->graph = NULL;
    end_status();
    take_apart(state);
    end_leaving_out();
    say_graph(graph);
    say_facts(state);
    see(sum, answer->str, graph, named);
}

/* Answer what a state is, what the scheduler wants done in it, and what of that is carried out; that is the plan. */
static void look(state_t *state, xmlNode *request)
{
    const sum_t sum = sum_of(state);
    forget_plan();
    if (!see_again(&sum)) {
        decide(state, &sum);
    }
    read_plan(request);
    choose(request);
    planned = state;
    g_string_assign(answer, seen->said);
    say_done();
    g_string_append(answer, "</answer>");
}

static void drop_states(void)
{
    forget_plan();
    forget_all_seen();
    forget_digests();
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
    document = document_of(cib);
    free_xml(cib);
    cib = xmlDocGetRootElement(document);
    configuration = child_of(cib, XML_CIB_TAG_CONFIGURATION);
    status = child_of(cib, XML_CIB_TAG_STATUS);
    begin_comparing();
    begin_passing();
    begin_status();
    start_failure_fatal = pcmk_is_set(working_set->flags, pe_flag_start_failure_fatal);
    end_status();
    slots[0] = first_state();
    note_all_digests(slots[0]);
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
    answer = g_string_new("");
    xmlParserCtxt *parser = xmlNewParserCtxt();
    for (char *text = read_request(&length); text != NULL; text = read_request(&length)) {
        xmlDoc *request = xmlCtxtReadMemory(parser, text, (int) length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE
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
    xmlFreeParserCtxt(parser);
    return 0;
}
