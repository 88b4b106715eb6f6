#include "experiments/json.h"
#include "experiments/program/aggregates.h"
#include "experiments/program/contest.h"
#include "experiments/program/output_json.h"
#include "experiments/program/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_COMPARED = 8 };

static const char *const test_names[] = {"welch", "paired", "mann-whitney", NULL};

typedef struct compare_request {
    score_choice choice;
    rill_bootstrap bootstrap;
    comparison_test test;
    double gamma;
    int64_t top;
    bool is_json;
} compare_request;

/// What is compared, in words.
static void print_title(const contest *c)
{
    char what[128];
    const rill_better better = c->tasks[0].model->reading.better;
    printf("%s%s", c->metric,
           better == RILL_BETTER_HIGHER  ? " (higher is better)"
           : better == RILL_BETTER_LOWER ? " (lower is better)"
                                         : "");
    for (size_t t = 0; t < c->n_tasks; t++) { // runs of tasks may be of different length
        const contest_task *task = &c->tasks[t];
        describe_score(task->model, what, sizeof what);
        if (c->n_tasks == 1) {
            printf(", %s", what);
        } else {
            printf("\n  %s: %s; %.6g is 0, %.6g is 1", task->directory, what, task->low,
                   task->high);
        }
    }
    printf("\n");
    if (c->n_left_out > 0) {
        printf("  left out, as not in every directory: %zu of the agents of %s\n", c->n_left_out,
               c->tasks[0].directory);
    }
    printf("\n");
}

static rill_status print_methods(const contest *c, size_t n, const compare_request *request,
                                 rill_error *error)
{
    table t = {.alignment = "rlrrlrr"};
    table_add(&t, "%s", "");
    table_add(&t, "agent");
    table_add(&t, "runs");
    table_add(&t, request->choice.is_median ? "median" : request->choice.is_iqm ? "iqm" : "mean");
    table_add(&t, "95 %% interval");
    table_add(&t, "no score");
    table_add(&t, "diverged");
    for (size_t i = 0; i < n; i++) {
        const rill_summary_row *row = &c->ranked[i];
        table_add(&t, "%zu", i + 1);
        table_add(&t, "%s", row->label);
        table_add(&t, "%" PRId64, row->estimate.n);
        if (isnan(row->estimate.mean)) {
            table_add(&t, "-");
        } else {
            table_add(&t, "%.6g", row->estimate.mean);
        }
        if (isnan(row->estimate.ci_low)) {
            table_add(&t, "-");
        } else {
            table_add(&t, "%.5g to %.5g", row->estimate.ci_low, row->estimate.ci_high);
        }
        table_add(&t, "%" PRId64, row->missing);
        table_add(&t, "%" PRId64, row->diverged);
    }
    const rill_status status = table_print(&t, error);
    if (status == RILL_OK && n < c->n_methods) {
        printf("... and %zu more, not compared: --top %zu compares all\n", c->n_methods - n,
               c->n_methods);
    }
    return status;
}

/// The first n methods as the aggregate statistics want them; a block that the caller frees.
static scored *scored_of(const contest *c, size_t n)
{
    scored *list = calloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n && list != NULL; i++) {
        list[i].label = c->ranked[i].label;
        list[i].scores = c->methods[c->ranked[i].variant].scores;
    }
    return list;
}

static void print_note(const compare_request *request, size_t n_tasks, size_t n_pairs)
{
    const bool is_bootstrap =
        n_tasks > 1 || (request->test == TEST_WELCH && request->choice.options.is_bootstrap);
    printf("\np: %s; Holm: corrected for %zu comparison%s, as the verdict is.\n",
           is_bootstrap                         ? "t test on bootstrap errors"
           : request->test == TEST_PAIRED       ? "paired t test of runs of the same number"
           : request->test == TEST_MANN_WHITNEY ? "Mann-Whitney test"
                                                : "Welch's t test",
           n_pairs, n_pairs == 1 ? "" : "s");
}

static rill_status print_text(const contest *c, size_t n, const comparison_pair *pairs,
                              size_t n_pairs, const compare_request *request, rill_error *error)
{
    print_title(c);
    rill_status status = print_methods(c, n, request, error);
    if (status == RILL_OK && n_pairs > 0) {
        printf("\n");
        status = comparison_print(pairs, n_pairs, c->ranked, error);
        print_note(request, c->n_tasks, n_pairs);
    }
    if (status == RILL_OK && c->n_tasks > 1) {
        double tau[N_DEFAULT_TAU];
        scored *list = scored_of(c, n);
        const aggregate_options options = {request->gamma, request->bootstrap, tau, N_DEFAULT_TAU};
        printf("\n");
        if (list == NULL) {
            status = rill_error_no_memory(error);
        } else {
            default_tau(list, n, tau);
            status = aggregates_print(list, n, &options, error);
        }
        free(list);
    }
    return status;
}

static cJSON *method_json(const contest *c, size_t position, const aggregate_options *options,
                          rill_error *error)
{
    const rill_summary_row *row = &c->ranked[position];
    const scored method = {row->label, c->methods[row->variant].scores};
    cJSON *json = estimate_json(&row->estimate);
    cJSON_AddStringToObject(json, "label", row->label);
    cJSON_AddNumberToObject(json, "n", (double)row->estimate.n);
    cJSON_AddNumberToObject(json, "missing", (double)row->missing);
    cJSON_AddNumberToObject(json, "diverged", (double)row->diverged);
    if (row->rank > 0) {
        cJSON_AddNumberToObject(json, "rank", (double)row->rank);
    }
    if (c->n_tasks > 1) {
        cJSON *aggregates = aggregates_json(&method, options, error);
        if (aggregates == NULL) {
            cJSON_Delete(json);
            return NULL;
        }
        cJSON_AddItemToObject(json, "aggregates", aggregates);
    }
    return json;
}

static rill_status print_json(const contest *c, size_t n, const comparison_pair *pairs,
                              size_t n_pairs, const compare_request *request, rill_error *error)
{
    double tau[N_DEFAULT_TAU] = {0};
    scored *list = scored_of(c, n);
    if (list != NULL) {
        default_tau(list, n, tau);
    }
    free(list);
    const aggregate_options options = {request->gamma, request->bootstrap, tau, N_DEFAULT_TAU};
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "metric", c->metric);
    cJSON_AddStringToObject(json, "test", test_names[request->test]);
    cJSON *tasks = cJSON_AddArrayToObject(json, "tasks");
    for (size_t t = 0; t < c->n_tasks; t++) {
        cJSON *task = cJSON_CreateObject();
        cJSON_AddItemToArray(tasks, task);
        cJSON_AddStringToObject(task, "directory", c->tasks[t].directory);
        cJSON_AddItemToObject(task, "low", json_number(c->tasks[t].low));
        cJSON_AddItemToObject(task, "high", json_number(c->tasks[t].high));
    }
    cJSON *methods = cJSON_AddArrayToObject(json, "methods");
    rill_status status = RILL_OK;
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        cJSON *method = method_json(c, i, &options, error);
        status = method == NULL ? error->status : RILL_OK;
        cJSON_AddItemToArray(methods, method);
    }
    cJSON_AddNumberToObject(json, "left_out", (double)(c->n_methods - n));
    cJSON_AddItemToObject(json, "pairs", comparison_json(pairs, n_pairs, c->ranked));
    if (status != RILL_OK) {
        cJSON_Delete(json);
        return status;
    }
    return output_json(json, error);
}

static rill_status report(const contest *c, const compare_request *request, rill_error *error)
{
    const size_t top = request->top == 0 ? c->n_methods : (size_t)request->top;
    const size_t n = top < c->n_methods ? top : c->n_methods;
    comparison_pair *pairs = NULL;
    size_t n_pairs = 0;
    if (c->n_methods < 2 && c->n_tasks == 1) {
        return rill_error_set(error, RILL_INVALID, c->tasks[0].directory,
                              "there is only \"%.60s\", and nothing to compare it with",
                              c->ranked[0].label);
    }
    rill_status status = comparison_create(c->ranked, n, c->methods, request->test,
                                           &request->bootstrap, &pairs, &n_pairs, error);
    if (status == RILL_OK) {
        status = request->is_json ? print_json(c, n, pairs, n_pairs, request, error)
                                  : print_text(c, n, pairs, n_pairs, request, error);
    }
    free(pairs);
    return status;
}

/// Checks what options say together. EXIT_DONE, or EXIT_USAGE after a message.
static int check_test(const command *self, const char *name, size_t n_tasks,
                      compare_request *request)
{
    size_t i = 0;
    while (name != NULL && test_names[i] != NULL && strcmp(test_names[i], name) != 0) {
        i++;
    }
    if (test_names[i] == NULL) {
        const char *nearest = rill_nearest_name(name, test_names);
        return fail_usage(self,
                          nearest == NULL
                              ? "--test: \"%.40s\" is none of welch, paired, mann-whitney"
                              : "--test: \"%.40s\" is none of welch, paired, "
                                "mann-whitney; did you mean \"%s\"?",
                          name, nearest);
    }
    request->test = (comparison_test)i;
    if (i > 0 && n_tasks > 1) {
        return fail_usage(
            self, "--test %s is of one directory; several are compared by their bootstrap", name);
    }
    if (i > 0 && (request->choice.is_median || request->choice.is_iqm)) {
        return fail_usage(self,
                          "--test %s is not of --median or --iqm; these are compared by their "
                          "bootstrap",
                          name);
    }
    return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
    compare_request request = {
        .choice = score_choice_default(),
        .bootstrap = rill_bootstrap_default(),
        .gamma = 1.0,
        .top = DEFAULT_COMPARED,
    };
    const char *test = NULL;
    const char *ranges = NULL;
    const option options[] = {
        SCORE_OPTIONS(&request.choice),
        {"--test", OPTION_TEXT, &test, "NAME", "p by welch (default), paired or mann-whitney", 0,
         0},
        {"--top", OPTION_INTEGER, &request.top, "N", "compare the best N (default 8; 0: all)", 0,
         1 << 20},
        {"--replicates", OPTION_INTEGER, &request.bootstrap.replicates, "N",
         "of the bootstrap (default 2000)", 1, 1 << 24},
        {"--normalise", OPTION_TEXT, &ranges, "LOW:HIGH",
         "several directories: scores that become 0 and 1, for all or each, ...", 0, 0},
        {"--gamma", OPTION_REAL, &request.gamma, "G",
         "several directories: the optimality gap is to G (default 1)", -1e300, 1e300},
        {"--resample-tasks", OPTION_FLAG, &request.bootstrap.resamples_tasks, NULL,
         "several directories: draw these too, as a sample of others", 0, 0},
        {"--json", OPTION_FLAG, &request.is_json, NULL, "an object", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments < 1) {
        return fail_usage(self, "expected result directories; `rill compare --help` explains");
    }
    const size_t n_tasks = (size_t)n_arguments;
    if (score_choice_check(self, &request.choice) != EXIT_DONE ||
        check_test(self, test, n_tasks, &request) != EXIT_DONE) {
        return EXIT_USAGE;
    }
    if (n_tasks == 1 && (ranges != NULL || request.bootstrap.resamples_tasks)) {
        return fail_usage(self, "%s is of several directories",
                          ranges != NULL ? "--normalise" : "--resample-tasks");
    }
    request.choice.options.bootstrap = request.bootstrap;
    rill_error error = {0};
    contest c;
    rill_status status =
        contest_open(&c, (const char *const *)(argv + 1), n_tasks, &request.choice, ranges, &error);
    if (status == RILL_OK) {
        status = contest_rank(&c, &request.choice, &request.bootstrap, &error);
    }
    status = status == RILL_OK ? report(&c, &request, &error) : status;
    const int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    contest_clear(&c);
    return code;
}

const command command_compare = {
    .name = "compare",
    .arguments = "DIR...",
    .summary = "compare agents in pairs, and over several tasks",
    .help =
        "Compares the agents of a result directory, in a sweep the best variants, in pairs: the\n"
        "difference of their means with its 95 % interval, the probability that a run of the\n"
        "first is better than one of the second, and p, corrected for the number of pairs (Holm).\n"
        "Several directories are tasks: agents are matched by label, scores normalised to 0..1\n"
        "by the least and greatest of each task or by --normalise, and aggregated as in\n"
        "rliable: mean, median, interquartile mean, optimality gap, performance profile.\n"
        "\n"
        "  rill compare results/example-6.6-cliff-walking --test paired\n"
        "  rill compare results/cliff results/taxi results/lake --normalise -100:-13,-200:8,0:1",
    .run = run,
};
