#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <rill/distribution.h>
#include <rill/recorder.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <string.h>

/// Takes one thing that there is.
typedef void visitor(void *context, const char *id, const char *summary);

/// "cliff_walking, is_slippery=true, at most 200 steps": what a preset stands for.
static void describe_preset(const rill_env_type *type, const rill_env_preset *preset, char *text,
                            size_t size)
{
    size_t used = (size_t)snprintf(text, size, "= %s", type->id);
    for (size_t i = 0; preset->params != NULL && preset->params[i] != NULL && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, ", %s", preset->params[i]);
    }
    if (preset->max_episode_steps > 0 && used < size) {
        snprintf(text + used, size - used, ", at most %d steps", preset->max_episode_steps);
    }
}

static void visit_envs(visitor *visit, void *context)
{
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
        const rill_env_preset *preset = (*type)->presets;
        for (; preset != NULL && preset->id != NULL; preset++) {
            char summary[256];
            describe_preset(*type, preset, summary, sizeof summary);
            visit(context, preset->id, summary);
        }
    }
}

static void visit_wrappers(visitor *visit, void *context)
{
    const rill_wrapper_type *const *type = rill_wrapper_type_list();
    for (; *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_agents(visitor *visit, void *context)
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_features(visitor *visit, void *context)
{
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_policies(visitor *visit, void *context)
{
    for (const rill_policy_type *const *type = rill_policy_type_list(); *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_distributions(visitor *visit, void *context)
{
    const rill_distribution_type *const *type = rill_distribution_type_list();
    for (; *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_optimisers(visitor *visit, void *context)
{
    for (const rill_optimiser_type *const *type = rill_optimiser_type_list(); *type != NULL;
         type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_estimators(visitor *visit, void *context)
{
    const rill_estimator_type *const *type = rill_estimator_type_list();
    for (; *type != NULL; type++) {
        visit(context, (*type)->id, (*type)->summary);
    }
}

static void visit_metrics(visitor *visit, void *context)
{
    for (const rill_metric *const *metric = rill_metric_list(); *metric != NULL; metric++) {
        visit(context, (*metric)->form == NULL ? (*metric)->id : (*metric)->form,
              (*metric)->summary);
    }
    rill_agent_metric_visit(visit, context);
}

static const struct {
    const char *name, *title;
    void (*visit)(visitor *visit, void *context);
} families[] = {
    {"envs", "environments", visit_envs},
    {"wrappers", "wrappers", visit_wrappers},
    {"agents", "agents", visit_agents},
    {"features", "feature maps", visit_features},
    {"policies", "policies", visit_policies},
    {"distributions", "distributions", visit_distributions},
    {"optimisers", "optimisers", visit_optimisers},
    {"estimators", "gradient estimators", visit_estimators},
    {"metrics", "metrics", visit_metrics},
};

enum { N_FAMILIES = sizeof families / sizeof families[0] };

/// A list of lines.
typedef struct listing {
    int n_lines;
    int width; ///< of the longest id
} listing;

static void measure_line(void *context, const char *id, const char *summary)
{
    (void)summary;
    listing *list = context;
    const int width = (int)strlen(id);
    list->width = width > list->width ? width : list->width;
}

static void print_line(void *context, const char *id, const char *summary)
{
    listing *list = context;
    printf("  %-*s  %s\n", list->width, id, summary);
    list->n_lines++;
}

static void add_id(void *context, const char *id, const char *summary)
{
    (void)summary;
    cJSON_AddItemToArray(context, cJSON_CreateString(id));
}

/// Prints the ids of one family as an array, or of all as an object of arrays.
static rill_status print_json(size_t chosen, rill_error *error)
{
    cJSON *ids = chosen == N_FAMILIES ? cJSON_CreateObject() : cJSON_CreateArray();
    for (size_t i = 0; i < N_FAMILIES; i++) {
        if (chosen == N_FAMILIES) {
            families[i].visit(add_id, cJSON_AddArrayToObject(ids, families[i].name));
        } else if (i == chosen) {
            families[i].visit(add_id, ids);
        }
    }
    return output_json(ids, error);
}

static int run(const command *self, int argc, char **argv)
{
    bool is_json = false;
    const option options[] = {
        {"--json", OPTION_FLAG, &is_json, NULL,
         "an array of ids; for all families an object of arrays", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments > 1) {
        return fail_usage(self, "expected one family at most, found \"%.60s\" as well", argv[2]);
    }
    size_t chosen = N_FAMILIES;
    const char *names[N_FAMILIES + 1] = {NULL};
    for (size_t i = 0; i < N_FAMILIES; i++) {
        names[i] = families[i].name;
        chosen = n_arguments == 1 && strcmp(argv[1], names[i]) == 0 ? i : chosen;
    }
    if (n_arguments == 1 && chosen == N_FAMILIES) {
        const char *nearest = rill_nearest_name(argv[1], names);
        return fail_usage(self,
                          "unknown family \"%.60s\"%s%s%s there are envs, wrappers, agents, "
                          "features, policies, distributions, optimisers, estimators and metrics",
                          argv[1], nearest == NULL ? ";" : "; did you mean \"",
                          nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
    }
    if (is_json) {
        rill_error error = {0};
        return print_json(chosen, &error) == RILL_OK ? finish_output() : fail(self->name, &error);
    }
    for (size_t i = 0; i < N_FAMILIES; i++) {
        if (chosen == N_FAMILIES) {
            printf("%s%s (rill list %s):\n", i == 0 ? "" : "\n", families[i].title,
                   families[i].name);
        }
        if (chosen == N_FAMILIES || chosen == i) {
            listing list = {0};
            families[i].visit(measure_line, &list);
            families[i].visit(print_line, &list);
            printf("%s", list.n_lines == 0 ? "  (none yet)\n" : "");
        }
    }
    return finish_output();
}

const command command_list = {
    .name = "list",
    .arguments = "[envs|wrappers|agents|features|policies|distributions|optimisers|estimators|"
                 "metrics]",
    .summary = "show what there is",
    .help = "Prints the ids that experiment files and other commands use, with a line on each;\n"
            "without an argument those of every family. An id after \"=\" is the environment that\n"
            "a second name stands for. `rill describe ID` tells more.\n"
            "\n"
            "  rill list envs\n"
            "  rill list agents --json",
    .run = run,
};
