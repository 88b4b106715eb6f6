#include "experiments/json.h"
#include "experiments/program/program.h"
#include "experiments/program/schema_params.h"
#include "experiments/program/templates.h"

#include <errno.h>
#include <rill/distribution.h>
#include <rill/recorder.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Something with an id and parameters.
typedef struct thing {
    const char *id, *summary;
    const rill_param *params;
    size_t size;
    const char *const *assignments; ///< of a preset; NULL: none
    const rill_agent_type *agent;   ///< NULL: it is none
} thing;

/// A definition of the schema that is completed with the things of a family.
typedef struct part {
    cJSON *definitions; ///< "$defs"
    const char *name;   ///< of the definition
    cJSON *ids, *summaries;
    cJSON *rules; ///< "allOf": what follows from an id
} part;

/// Members that an agent refuses (core/agent_wiring.c).
static void forbid_members(const rill_agent_type *type, cJSON *properties)
{
    const struct {
        const char *key;
        bool is_taken;
    } members[] = {
        {"policy", !type->is_actor},        {"behaviour", type->has_behaviour},
        {"distribution", type->is_actor},   {"policy_features", type->is_actor},
        {"optimiser", type->has_optimiser},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!members[i].is_taken) {
            cJSON_AddFalseToObject(properties, members[i].key);
        }
    }
}

/// {"if": the id is this one, "then": its parameters are those of its own definition}
static void add_thing(part *p, const thing *t)
{
    char name[128], path[160];
    snprintf(name, sizeof name, "%s.%s", p->name, t->id);
    snprintf(path, sizeof path, "#/$defs/%s", name);
    cJSON_AddItemToArray(p->ids, cJSON_CreateString(t->id));
    cJSON_AddItemToArray(p->summaries, cJSON_CreateString(t->summary));
    cJSON_AddItemToObject(p->definitions, name,
                          schema_of_params(t->params, t->size, t->assignments));
    cJSON *rule = cJSON_CreateObject();
    cJSON_AddItemToArray(p->rules, rule);
    cJSON *condition = cJSON_AddObjectToObject(rule, "if");
    cJSON *id = cJSON_AddObjectToObject(cJSON_AddObjectToObject(condition, "properties"), "id");
    cJSON_AddStringToObject(id, "const", t->id);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(condition, "required"), cJSON_CreateString("id"));
    cJSON *properties =
        cJSON_AddObjectToObject(cJSON_AddObjectToObject(rule, "then"), "properties");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(properties, "params"), "$ref", path);
    if (t->agent != NULL) {
        forbid_members(t->agent, properties);
    }
}

static part begin_part(cJSON *definitions, const char *name)
{
    cJSON *definition = cJSON_GetObjectItemCaseSensitive(definitions, name);
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(definition, "properties");
    cJSON *id = cJSON_GetObjectItemCaseSensitive(properties, "id");
    return (part){definitions, name, cJSON_AddArrayToObject(id, "enum"),
                  cJSON_AddArrayToObject(id, "enumDescriptions"),
                  cJSON_AddArrayToObject(definition, "allOf")};
}

#define ADD_FAMILY(family)                                                     \
    static void add_##family##_types(cJSON *definitions)                       \
    {                                                                          \
        part p = begin_part(definitions, #family);                             \
        const rill_##family##_type *const *type = rill_##family##_type_list(); \
        for (; *type != NULL; type++) {                                        \
            add_thing(&p, &(thing){.id = (*type)->id,                          \
                                   .summary = (*type)->summary,                \
                                   .params = (*type)->params,                  \
                                   .size = (*type)->params_size});             \
        }                                                                      \
    }
ADD_FAMILY(wrapper)
ADD_FAMILY(policy)
ADD_FAMILY(features)
ADD_FAMILY(distribution)
ADD_FAMILY(optimiser)

static void add_agents(cJSON *definitions)
{
    part p = begin_part(definitions, "agent");
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        add_thing(&p, &(thing){.id = (*type)->id,
                               .summary = (*type)->summary,
                               .params = (*type)->params,
                               .size = (*type)->params_size,
                               .agent = *type});
    }
}

/// Environments and their presets.
static void add_environments(cJSON *definitions)
{
    part p = begin_part(definitions, "environment");
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        thing t = {.id = (*type)->id,
                   .summary = (*type)->summary,
                   .params = (*type)->params,
                   .size = (*type)->params_size};
        add_thing(&p, &t);
        const rill_env_preset *preset = (*type)->presets;
        for (; preset != NULL && preset->id != NULL; preset++) {
            t.id = preset->id;
            t.assignments = preset->params;
            add_thing(&p, &t);
        }
    }
}

/// The names of metrics, and what they are.
typedef struct metric_names {
    cJSON *ids, *summaries;
} metric_names;

static void add_name(void *context, const char *id, const char *summary)
{
    const metric_names *names = context;
    cJSON_AddItemToArray(names->ids, cJSON_CreateString(id));
    cJSON_AddItemToArray(names->summaries, cJSON_CreateString(summary));
}

/// The metrics that "record" takes: by id, or with an index, "weight[3]".
static void add_metrics(cJSON *definitions)
{
    char pattern[256] = "^(";
    cJSON *metric = cJSON_AddObjectToObject(definitions, "metric");
    cJSON *choices = cJSON_AddArrayToObject(metric, "anyOf");
    cJSON *named = cJSON_CreateObject(), *indexed = cJSON_CreateObject();
    metric_names names = {cJSON_AddArrayToObject(named, "enum"),
                          cJSON_AddArrayToObject(named, "enumDescriptions")};
    cJSON_AddItemToArray(choices, named);
    cJSON_AddItemToArray(choices, indexed);
    for (const rill_metric *const *m = rill_metric_list(); *m != NULL; m++) {
        if ((*m)->form != NULL) {
            const size_t used = strlen(pattern);
            snprintf(pattern + used, sizeof pattern - used, "%s%s", used > 2 ? "|" : "", (*m)->id);
        } else if (!(*m)->is_of_evaluation) {
            add_name(&names, (*m)->id, (*m)->summary);
        }
    }
    rill_agent_metric_visit(add_name, &names);
    strncat(pattern, ")\\[[0-9]+\\]$", sizeof pattern - strlen(pattern) - 1);
    cJSON_AddStringToObject(indexed, "type", "string");
    cJSON_AddStringToObject(indexed, "pattern", pattern);
}

/// Whether a definition is of objects that are merged with those of a base, key by key.
static bool is_merged(const char *definition)
{
    static const char *const names[] = {
        "experiment",   "environment", "agent", "policy",     "features",
        "distribution", "optimiser",   "stop",  "evaluation", "summary",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t length = strcspn(definition, ".");
        if (strlen(names[i]) == length && strncmp(names[i], definition, length) == 0) {
            return true;
        }
    }
    return false;
}

/// Lets a definition be incomplete: nothing is required, and null removes.
static void loosen(cJSON *schema)
{
    static const char prefix[] = "#/$defs/";
    const char *path = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(schema, "$ref"));
    if (path != NULL && is_merged(path + sizeof prefix - 1)) {
        char partial[160];
        snprintf(partial, sizeof partial, "%spartial.%s", prefix, path + sizeof prefix - 1);
        cJSON_ReplaceItemInObjectCaseSensitive(schema, "$ref", cJSON_CreateString(partial));
    }
    if (cJSON_IsObject(schema)) {
        cJSON_DeleteItemFromObjectCaseSensitive(schema, "required");
    }
    for (cJSON *child = schema->child; child != NULL; child = child->next) {
        if (child->string == NULL ||
            (strcmp(child->string, "properties") != 0 && strcmp(child->string, "if") != 0)) {
            loosen(child);
        }
    }
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    cJSON *names = cJSON_CreateArray();
    for (cJSON *child = properties == NULL ? NULL : properties->child; child != NULL;
         child = child->next) {
        cJSON_AddItemToArray(names, cJSON_CreateString(child->string));
    }
    for (const cJSON *name = names == NULL ? NULL : names->child; name != NULL; name = name->next) {
        cJSON *property = cJSON_DetachItemFromObjectCaseSensitive(properties, name->valuestring);
        loosen(property);
        cJSON *choices =
            cJSON_AddArrayToObject(cJSON_AddObjectToObject(properties, name->valuestring), "anyOf");
        cJSON *null = cJSON_CreateObject();
        cJSON_AddStringToObject(null, "type", "null");
        cJSON_AddItemToArray(choices, property);
        cJSON_AddItemToArray(choices, null);
    }
    cJSON_Delete(names);
}

/// What a file may say that extends another.
static void add_partial_definitions(cJSON *definitions)
{
    const int n = cJSON_GetArraySize(definitions);
    const cJSON *definition = definitions->child;
    for (int i = 0; i < n; i++, definition = definition->next) {
        if (is_merged(definition->string)) {
            char name[160];
            cJSON *partial = cJSON_Duplicate(definition, true);
            snprintf(name, sizeof name, "partial.%s", definition->string);
            loosen(partial);
            cJSON_AddItemToObject(definitions, name, partial);
        }
    }
}

/// The schema as text, to be freed; NULL without memory.
static char *create_schema(void)
{
    size_t i = 0;
    while (strcmp(templates[i].name, "experiment.schema.json") != 0) {
        i++;
    }
    cJSON *root = cJSON_Parse(templates[i].text);
    cJSON *definitions = cJSON_GetObjectItemCaseSensitive(root, "$defs");
    if (definitions != NULL) {
        add_environments(definitions);
        add_agents(definitions);
        add_wrapper_types(definitions);
        add_policy_types(definitions);
        add_features_types(definitions);
        add_distribution_types(definitions);
        add_optimiser_types(definitions);
        add_metrics(definitions);
        add_partial_definitions(definitions);
    }
    char *text = root == NULL ? NULL : json_print(root);
    cJSON_Delete(root);
    return text;
}

static int write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    const bool is_written = file != NULL && fprintf(file, "%s\n", text) >= 0;
    if ((file != NULL && fclose(file) != 0) || !is_written) {
        rill_error error = {.status = RILL_IO};
        snprintf(error.message, sizeof error.message, "cannot write: %s", strerror(errno));
        return fail(path, &error);
    }
    return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
    const char *out = NULL;
    const option options[] = {
        {"--out", OPTION_TEXT, &out, "FILE", "where to write it (default: stdout)", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments > 0) {
        return fail_usage(
            self, "expected no arguments, found \"%.60s\"; write to a file with --out", argv[1]);
    }
    char *text = create_schema();
    int code = EXIT_DONE;
    if (text == NULL) {
        code =
            fail(self->name, &(rill_error){.status = RILL_NO_MEMORY, .message = "out of memory"});
    } else if (out != NULL) {
        code = write_file(out, text);
    } else {
        puts(text);
        code = finish_output();
    }
    free(text);
    return code;
}

const command command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "write the JSON Schema of experiment files, for editors",
    .help =
        "Prints a JSON Schema (draft 2020-12) of experiment files: every key, every environment,\n"
        "agent, feature map, ... with its parameters, their ranges, defaults and meaning. An editor\n"
        "that is told of it completes and checks as one types: name it in the file,\n"
        "\"$schema\": \"experiment.schema.json\", or in the editor's settings.\n"
        "\n"
        "  rill schema --out experiment.schema.json\n"
        "  rill schema | python3 -m json.tool | less",
    .run = run,
};
