#include "experiments/json.h"
#include "experiments/program/describe_features.h"
#include "experiments/program/describe_metrics.h"
#include "experiments/program/describe_params.h"
#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <rill/distribution.h>
#include <rill/recorder.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Anything that has an id.
typedef struct any_type {
    const char *family, *id, *summary, *source; ///< `source` may be NULL
    const rill_param *params;                   ///< NULL: takes none
    size_t params_size;
    const rill_env_type *env_type;                   ///< environments only
    const rill_env_preset *preset;                   ///< when the id is that of a preset
    const rill_agent_type *agent_type;               ///< agents only
    const rill_features_type *features_type;         ///< feature maps only
    const rill_features *fit;                        ///< one fitted to an environment, or NULL
    const char *fit_env;                             ///< the id of that
    const rill_distribution_type *distribution_type; ///< distributions only
} any_type;

#define SUBJECT_OF(type, name)              \
    ((any_type){.family = (name),           \
                .id = (type)->id,           \
                .summary = (type)->summary, \
                .source = (type)->source,   \
                .params = (type)->params,   \
                .params_size = (type)->params_size})

static bool find_subject(const char *id, any_type *found)
{
    const rill_env_preset *preset = NULL;
    const rill_env_type *env = rill_env_type_find(id, &preset, NULL);
    const rill_wrapper_type *wrapper = rill_wrapper_type_find(id, NULL);
    const rill_agent_type *agent = rill_agent_type_find(id, NULL);
    const rill_features_type *features = rill_features_type_find(id, NULL);
    const rill_policy_type *policy = rill_policy_type_find(id, NULL);
    const rill_distribution_type *distribution = rill_distribution_type_find(id, NULL);
    const rill_optimiser_type *optimiser = rill_optimiser_type_find(id, NULL);
    const rill_estimator_type *estimator = rill_estimator_type_find(id, NULL);
    const rill_metric *metric = rill_metric_find(id, NULL);
    if (env != NULL) {
        *found = SUBJECT_OF(env, "environment");
        found->env_type = env;
        found->preset = preset;
    } else if (wrapper != NULL) {
        *found = SUBJECT_OF(wrapper, "wrapper");
    } else if (agent != NULL) {
        *found = SUBJECT_OF(agent, "agent");
        found->agent_type = agent;
    } else if (features != NULL) {
        *found = SUBJECT_OF(features, "feature map");
        found->features_type = features;
    } else if (policy != NULL) {
        *found = SUBJECT_OF(policy, "policy");
    } else if (distribution != NULL) {
        *found = SUBJECT_OF(distribution, "distribution");
        found->distribution_type = distribution;
    } else if (optimiser != NULL) {
        *found = SUBJECT_OF(optimiser, "optimiser");
    } else if (estimator != NULL) {
        *found = SUBJECT_OF(estimator, "gradient estimator");
    } else if (metric != NULL) {
        *found = (any_type){.family = "metric",
                            .id = metric->form == NULL ? metric->id : metric->form,
                            .summary = metric->summary};
    } else {
        *found = (any_type){.family = "metric"};
        return find_agent_metric(id, &found->id, &found->summary);
    }
    return true;
}

/// Appends the ids of a family to `names`.
#define ADD_NAMES(family)                                                       \
    for (const rill_##family##_type *const *type = rill_##family##_type_list(); \
         *type != NULL && n < MAX_NAMES; type++) {                              \
        names[n++] = (*type)->id;                                               \
    }

static int fail_unknown(const command *self, const char *id)
{
    enum { MAX_NAMES = 1023 };
    const char *names[MAX_NAMES + 1] = {NULL};
    size_t n = 0;
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        const rill_env_preset *preset = (*type)->presets;
        for (; preset != NULL && preset->id != NULL && n < MAX_NAMES; preset++) {
            names[n++] = preset->id;
        }
        if (n < MAX_NAMES) {
            names[n++] = (*type)->id;
        }
    }
    ADD_NAMES(wrapper)
    ADD_NAMES(agent)
    ADD_NAMES(features)
    ADD_NAMES(policy)
    ADD_NAMES(distribution)
    ADD_NAMES(optimiser)
    ADD_NAMES(estimator)
    for (const rill_metric *const *metric = rill_metric_list(); *metric != NULL && n < MAX_NAMES;
         metric++) {
        names[n++] = (*metric)->id;
    }
    n += list_agent_metrics(names + n, MAX_NAMES - n);
    const char *nearest = rill_nearest_name(id, names);
    if (nearest != NULL) {
        return fail_usage(self, "unknown id \"%.60s\"; did you mean \"%s\"?", id, nearest);
    }
    return fail_usage(self, "unknown id \"%.60s\"; `rill list` shows what there is", id);
}

// -------------------------------------------------------------------------------- a table of text

static void print_space(const char *title, const rill_space *space, const char *const *names)
{
    printf("%-15s ", title);
    if (space->kind == RILL_SPACE_DISCRETE) {
        printf("0 to %d", space->size - 1);
        for (int32_t i = 0; names != NULL && i < space->size && names[i] != NULL; i++) {
            printf("%s%d %s", i == 0 ? ": " : ", ", i, names[i]);
        }
    } else {
        bool has_name = names != NULL;
        printf("%d numbers:", space->size);
        for (int32_t i = 0; i < space->size; i++) {
            has_name = has_name && names[i] != NULL;
            printf("%s%s%s %.9g to %.9g", i == 0 ? "" : ",", has_name ? " " : "",
                   has_name ? names[i] : "", space->low[i], space->high[i]);
        }
    }
    putchar('\n');
}

static void print_env(const any_type *subject, const rill_env *env)
{
    const rill_env_type *type = subject->env_type;
    if (subject->preset != NULL) {
        printf("%-15s %s", "stands for", type->id);
        for (size_t i = 0; subject->preset->params != NULL && subject->preset->params[i] != NULL;
             i++) {
            printf(", %s", subject->preset->params[i]);
        }
        putchar('\n');
    }
    const bool is_box =
        env->observation_space.kind == RILL_SPACE_BOX; // an index has one name, not one a value
    print_space("observations", &env->observation_space, is_box ? type->observation_names : NULL);
    print_space("actions", &env->action_space, type->action_names);
    if (env->max_episode_steps > 0) {
        printf("%-15s %lld steps\n", "time limit", (long long)env->max_episode_steps);
    }
    printf("%-15s %s\n", "exact model", type->model == NULL ? "no" : "yes, for `rill solve`");
    if (env->n_state_values > 0) {
        printf("%-15s %d number%s, for `rill rollout --state`\n", "state", env->n_state_values,
               env->n_state_values == 1 ? "" : "s");
    }
    for (size_t i = 0; type->presets != NULL && type->presets[i].id != NULL; i++) {
        printf("%s%s", i == 0 ? "presets         " : ", ", type->presets[i].id);
    }
    if (type->presets != NULL) {
        putchar('\n');
    }
}

/// How an agent acts, and on what it plans.
static void print_policies(const rill_agent_type *type)
{
    if (type->is_actor) {
        printf("%-15s %s\n", "distribution",
               "what it learns; default: categorical for discrete actions, else gaussian");
        printf("%-15s %s\n", "policy_features", "any; default: the features");
        if (type->has_optimiser) {
            printf("%-15s %s\n", "optimiser", "any; default: sgd");
        }
    } else {
        printf("%-15s %s\n", "policy",
               type->default_policy == NULL ? "none, it has its own way to act"
                                            : type->default_policy);
    }
    printf("%-15s %s\n", "features",
           type->is_linear ? "any" : "tables: one_hot, state_aggregation");
    if (type->has_behaviour) {
        printf("%-15s %s\n", "behaviour",
               type->is_actor ? "acts by it, learns a policy; default: uniform"
                              : "acts by it, learns about the policy; default: the policy");
    } else if (type->learns_greedy) {
        printf("%-15s %s\n", "learns about", "the greedy policy, by whatever it acts");
    }
    if (type->needs_model) {
        printf("%-15s %s\n", "plans on", "the exact model of the environment");
    }
    if (type->needs_env) {
        printf("%-15s %s\n", "looks at", "the environment's Jacobians");
    }
}

/// What a distribution is over, and what it can do.
static void print_distribution(const rill_distribution_type *type)
{
    printf("%-15s %s\n", "actions",
           type->kind == RILL_SPACE_BOX ? "a box"
           : type->is_relaxed           ? "discrete; samples inside their simplex"
                                        : "discrete; samples at the corners of their simplex");
    printf("%-15s %s\n", "gradients",
           type->score == NULL         ? "pathwise"
           : type->pathwise == NULL    ? "score function"
           : type->is_straight_through ? "score function, pathwise (straight-through: biased)"
                                       : "score function, pathwise");
    printf("%-15s %s\n", "exact values",
           type->entropy != NULL && type->divergence != NULL ? "entropy, divergence"
           : type->entropy != NULL                           ? "entropy"
           : type->divergence != NULL                        ? "divergence"
                                                             : "none");
}

static void print_text(const any_type *subject, const rill_env *env)
{
    printf("%s - %s\n\n", subject->preset == NULL ? subject->id : subject->preset->id,
           subject->summary);
    printf("%-15s %s\n", "kind", subject->family);
    if (subject->source != NULL) {
        printf("%-15s %s\n", "source", subject->source);
    }
    if (subject->env_type != NULL) {
        print_env(subject, env);
    }
    if (subject->fit != NULL) {
        print_fit(subject->fit, subject->fit_env);
    }
    if (subject->agent_type != NULL) {
        printf("%-15s %s\n", "estimates",
               subject->agent_type->learns_no_values ? "nothing, it learns a policy alone"
               : subject->agent_type->estimates == RILL_ESTIMATES_STATE_VALUES ? "state values"
                                                                               : "action values");
        print_policies(subject->agent_type);
    }
    if (subject->distribution_type != NULL) {
        print_distribution(subject->distribution_type);
    }
    if (strcmp(subject->family, "metric") == 0) {
        print_metric_better(subject->id);
        print_metric_owners(subject->id);
    } else {
        print_params(subject->params);
    }
    if (subject->agent_type != NULL) {
        print_measures(subject->agent_type->measures);
    }
}

// ------------------------------------------------------------------------------------------- JSON

/// {"kind": "discrete", "n": 4} or {"kind": "box", "low": [...], "high": [...]}; null is unbounded.
static void add_space(cJSON *object, const char *key, const rill_space *space)
{
    cJSON *item = cJSON_AddObjectToObject(object, key);
    if (space->kind == RILL_SPACE_DISCRETE) {
        cJSON_AddStringToObject(item, "kind", "discrete");
        cJSON_AddNumberToObject(item, "n", space->size);
        return;
    }
    cJSON_AddStringToObject(item, "kind", "box");
    cJSON_AddItemToObject(item, "low", cJSON_CreateDoubleArray(space->low, space->size));
    cJSON_AddItemToObject(item, "high", cJSON_CreateDoubleArray(space->high, space->size));
}

static void add_env(cJSON *object, const rill_env *env)
{
    const rill_env_type *type = env->type;
    add_space(object, "observation_space", &env->observation_space);
    add_space(object, "action_space", &env->action_space);
    add_texts(object, "actions", type->action_names);
    add_texts(object, "observations", type->observation_names);
    cJSON_AddNumberToObject(object, "max_episode_steps", (double)env->max_episode_steps);
    cJSON_AddBoolToObject(object, "has_model", type->model != NULL);
    cJSON_AddNumberToObject(object, "n_state_values", env->n_state_values);
    cJSON *presets = cJSON_AddArrayToObject(object, "presets");
    for (size_t i = 0; type->presets != NULL && type->presets[i].id != NULL; i++) {
        cJSON_AddItemToArray(presets, cJSON_CreateString(type->presets[i].id));
    }
}

static rill_status print_json(const any_type *subject, const rill_env *env, rill_error *error)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "id", subject->id);
    if (subject->preset != NULL) {
        cJSON_AddStringToObject(object, "preset", subject->preset->id);
    }
    cJSON_AddStringToObject(object, "family", subject->family);
    cJSON_AddStringToObject(object, "summary", subject->summary);
    if (subject->source != NULL) {
        cJSON_AddStringToObject(object, "source", subject->source);
    }
    if (subject->env_type != NULL) {
        add_env(object, env);
        add_params(object, subject->params, env->params);
    } else if (subject->params != NULL) {
        void *params = rill_params_create(subject->params, subject->params_size);
        if (params != NULL) {
            add_params(object, subject->params, params);
        }
        rill_params_destroy(subject->params, params);
    }
    if (subject->fit != NULL) {
        add_fit(object, subject->fit, subject->fit_env);
    }
    if (subject->agent_type != NULL) {
        if (subject->agent_type->default_policy == NULL) {
            cJSON_AddNullToObject(object, "default_policy");
        } else {
            cJSON_AddStringToObject(object, "default_policy", subject->agent_type->default_policy);
        }
        cJSON_AddBoolToObject(object, "has_behaviour", subject->agent_type->has_behaviour);
        cJSON_AddBoolToObject(object, "learns_greedy", subject->agent_type->learns_greedy);
        cJSON_AddBoolToObject(object, "is_linear", subject->agent_type->is_linear);
        cJSON_AddBoolToObject(object, "is_actor", subject->agent_type->is_actor);
        cJSON_AddBoolToObject(object, "needs_box", subject->agent_type->needs_box);
        cJSON_AddBoolToObject(object, "needs_model", subject->agent_type->needs_model);
        cJSON_AddBoolToObject(object, "needs_env", subject->agent_type->needs_env);
        cJSON_AddBoolToObject(object, "learns_no_values", subject->agent_type->learns_no_values);
        add_measures(object, subject->agent_type->measures);
    }
    if (subject->distribution_type != NULL) {
        const rill_distribution_type *type = subject->distribution_type;
        cJSON_AddStringToObject(object, "action_space",
                                type->kind == RILL_SPACE_BOX ? "box" : "discrete");
        cJSON_AddBoolToObject(object, "is_relaxed", type->is_relaxed);
        cJSON_AddBoolToObject(object, "is_straight_through", type->is_straight_through);
        cJSON_AddBoolToObject(object, "has_score", type->score != NULL);
        cJSON_AddBoolToObject(object, "has_pathwise", type->pathwise != NULL);
        cJSON_AddBoolToObject(object, "has_entropy", type->entropy != NULL);
        cJSON_AddBoolToObject(object, "has_divergence", type->divergence != NULL);
    }
    return output_json(object, error);
}

/// An environment is made for its spaces: they are described, or a feature map is fitted to them.
static rill_status describe(any_type *subject, const char *id, const option_list *params,
                            bool is_json, rill_error *error)
{
    const char *env_id = subject->env_type != NULL ? id : subject->fit_env;
    rill_env *env = NULL;
    rill_features fit = {0};
    rill_status status = env_id == NULL ? RILL_OK : rill_env_create(&env, env_id, NULL, error);
    if (status == RILL_OK && subject->fit_env != NULL) {
        status = fit_features(&fit, subject->features_type, env, params->items, error);
        subject->fit = &fit;
    }
    if (status == RILL_OK && is_json) {
        status = print_json(subject, env, error);
    } else if (status == RILL_OK) {
        print_text(subject, env);
    }
    rill_features_destroy(&fit);
    rill_env_destroy(env);
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    bool is_json = false;
    const char *env = NULL;
    option_list params = {0};
    const option options[] = {
        {"--env", OPTION_TEXT, &env, "ENV",
         "of a feature map: its size on the observations of this environment", 0, 0},
        {"--param", OPTION_REPEATED, &params, "NAME=VALUE",
         "with --env: set a parameter of the feature map", 0, 0},
        {"--json", OPTION_FLAG, &is_json, NULL, "one object", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int code = EXIT_USAGE;
    any_type subject = {0};
    rill_error error = {0};
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        code = options_exit_code(n_arguments);
    } else if (n_arguments != 1) {
        fail_usage(self, "expected one id; `rill list` shows them");
    } else if (!find_subject(argv[1], &subject)) {
        code = fail_unknown(self, argv[1]);
    } else if (env != NULL && subject.features_type == NULL) {
        fail_usage(self, "--env: is for feature maps; %.60s is %s %s", argv[1],
                   strchr("aeiou", subject.family[0]) == NULL ? "a" : "an", subject.family);
    } else if (params.count > 0 && env == NULL) {
        fail_usage(self, "--param: is for feature maps, with --env");
    } else {
        subject.fit_env = env;
        code = describe(&subject, argv[1], &params, is_json, &error) == RILL_OK
                   ? finish_output()
                   : fail(self->name, &error);
    }
    options_release(options);
    return code;
}

const command command_describe = {
    .name = "describe",
    .arguments = "ID",
    .summary = "explain an environment, wrapper, agent, feature map, policy, distribution, "
               "optimiser, estimator or metric",
    .help =
        "Prints what stands behind an id: its source, the spaces of an environment, and every\n"
        "parameter with its default and what it may be. With --env a feature map tells how many\n"
        "features it has, how many are not 0 at a time, and what a step size is recommended to\n"
        "be multiplied with (alpha = 1 then learns a state at once; S&B eq. 9.19).\n"
        "\n"
        "  rill describe cliff_walking\n"
        "  rill describe q_learning --json\n"
        "  rill describe tile_coding --env MountainCar-v0 --param tilings=16",
    .run = run,
};
