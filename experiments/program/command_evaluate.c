#include "experiments/json.h"
#include "experiments/program/program.h"
#include "experiments/program/saved.h"

#include <inttypes.h>
#include <rill/statistics.h>
#include <stdio.h>
#include <stdlib.h>

/// How a saved agent is put to the test.
typedef struct trial {
    int64_t episodes, max_steps, seed;
    bool is_json;
} trial;

/// What came of it.
typedef struct outcome_list {
    double *returns, *lengths; ///< (episodes)
    int64_t n_cut;             ///< episodes that had not ended after `max_steps`
} outcome_list;

static void act(const rill_saved_agent *saved, const trial *t, outcome_list *list)
{
    rill_env_seed(saved->env, (uint64_t)t->seed);
    for (int64_t i = 0; i < t->episodes; i++) {
        rill_outcome outcome = {0.0, false, false};
        rill_observation observation = rill_env_reset(saved->env);
        int64_t steps = 0;
        double sum = 0.0;
        while (steps < t->max_steps && !rill_outcome_is_last(&outcome)) {
            const rill_action action = rill_agent_act_greedily(saved->agent, observation);
            observation = rill_env_step(saved->env, action, &outcome);
            sum += outcome.reward;
            steps++;
        }
        list->returns[i] = sum;
        list->lengths[i] = (double)steps;
        list->n_cut += !rill_outcome_is_last(&outcome);
    }
}

static void print_estimate(const char *name, const rill_estimate *e)
{
    printf("  %-7s %.6g", name, e->mean);
    if (e->n > 1) {
        printf("   95 %% interval %.6g to %.6g", e->ci_low, e->ci_high);
    }
    printf("\n");
}

static void add_estimate(cJSON *object, const char *name, const rill_estimate *e)
{
    cJSON *part = cJSON_AddObjectToObject(object, name);
    cJSON_AddItemToObject(part, "mean", json_number(e->mean));
    cJSON_AddItemToObject(part, "se", json_number(e->se));
    cJSON_AddItemToObject(part, "ci_low", json_number(e->ci_low));
    cJSON_AddItemToObject(part, "ci_high", json_number(e->ci_high));
}

static void print_trial(const rill_saved_agent *saved, const trial *t, const outcome_list *list)
{
    const rill_estimate returns = rill_estimate_mean(list->returns, (size_t)t->episodes);
    const rill_estimate lengths = rill_estimate_mean(list->lengths, (size_t)t->episodes);
    const char *label = saved->experiment->variants[0].label;
    if (!t->is_json) {
        printf("\"%s\", as learned in run %" PRId64 " by %" PRId64 " steps, in %" PRId64
               " greedy episode%s:\n",
               label, saved->run, saved->steps, t->episodes, t->episodes == 1 ? "" : "s");
        print_estimate("return", &returns);
        print_estimate("length", &lengths);
        if (list->n_cut > 0) {
            printf("  %" PRId64 " of them had not ended after %" PRId64 " steps\n", list->n_cut,
                   t->max_steps);
        }
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "label", label);
    cJSON_AddItemToObject(json, "run", json_number((double)saved->run));
    cJSON_AddItemToObject(json, "episodes", json_number((double)t->episodes));
    cJSON_AddItemToObject(json, "cut", json_number((double)list->n_cut));
    add_estimate(json, "return", &returns);
    add_estimate(json, "length", &lengths);
    char *text = cJSON_Print(json);
    printf("%s\n", text == NULL ? "" : text);
    free(text);
    cJSON_Delete(json);
}

/// Answers an exit code.
static int evaluate(const saved_choice *choice, const trial *t)
{
    rill_error error = {0};
    rill_run record;
    rill_saved_agent saved = {0};
    void *bytes = NULL;
    size_t size = 0;
    outcome_list list = {calloc((size_t)t->episodes, sizeof(double)),
                         calloc((size_t)t->episodes, sizeof(double)), 0};
    rill_status status = saved_find(choice, &bytes, &size, &record, &error);
    status = status == RILL_OK ? rill_saved_agent_read(&saved, bytes, size, &error) : status;
    if (status == RILL_OK && (list.returns == NULL || list.lengths == NULL)) {
        status = rill_error_no_memory(&error);
    }
    int code = EXIT_DONE;
    if (status == RILL_OK) {
        act(&saved, t, &list);
        print_trial(&saved, t, &list);
        code = finish_output();
    } else {
        code = fail(choice->path, &error);
    }
    free(list.returns);
    free(list.lengths);
    free(bytes);
    rill_run_clear(&record);
    rill_saved_agent_clear(&saved);
    return code;
}

static int run(const command *self, int argc, char **argv)
{
    saved_choice choice = {NULL, NULL, SAVED_FIRST_RUN};
    trial t = {.episodes = 100, .max_steps = 10000};
    const option options[] = {
        {"--agent", OPTION_TEXT, &choice.label, "LABEL", "this agent or variant (the first)", 0, 0},
        {"--run", OPTION_INTEGER, &choice.run, "N", "as learned in run N (0)", 0, 1 << 30},
        {"--episodes", OPTION_INTEGER, &t.episodes, "N", "greedy episodes (100)", 1, 1 << 24},
        {"--max-steps", OPTION_INTEGER, &t.max_steps, "N", "at which an episode is cut (10000)", 1,
         1 << 30},
        {"--seed", OPTION_INTEGER, &t.seed, "S", "of the environment (0)", 0, 1 << 30},
        {"--json", OPTION_FLAG, &t.is_json, NULL, "an object with means and intervals", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory, or the file of an agent; "
                                "`rill evaluate --help` explains");
    }
    choice.path = argv[1];
    return evaluate(&choice, &t);
}

const command command_evaluate = {
    .name = "evaluate",
    .arguments = "DIR|FILE",
    .summary = "let a stored agent act, and tell its return",
    .help =
        "Lets an agent act greedily as it had learned by the end of its run, in episodes with fresh\n"
        "luck, and prints the mean return and length with 95 % confidence intervals over episodes.\n"
        "Nothing is learned. DIR is a result directory, in which run 0 of each agent is stored (see\n"
        "\"keep_agents\" in docs/experiments.md), FILE what `rill export --format safetensors` wrote.\n"
        "\n"
        "  rill evaluate results/example-6.6-cliff-walking --agent Sarsa\n"
        "  rill evaluate sarsa.safetensors --episodes 1000 --json",
    .run = run,
};
