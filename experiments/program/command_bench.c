#include "tests/bench/fused.h"

#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <rill/batch.h>
#include <rill/experiment.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    REPEATS = 9,
    MAX_RESULTS = 256,
};
static const double SECONDS_PER_REPEAT = 0.15;

/// Something that can be repeated: does about `steps` steps and answers how many it did; -1 when
/// something is wrong.
typedef struct benchmark {
    const char *name;
    int64_t (*work)(void *context, int64_t steps);
    int64_t (*fused)(void *context, int64_t steps); ///< the same by hand; NULL: there is none
    void *context;
} benchmark;

typedef struct bench_result {
    char name[96];
    double ns_per_step;    ///< median over the repeats
    double spread;         ///< (third quartile - first quartile) / median
    double ratio_to_fused; ///< median of speed / speed of the fused loop; 0: no fused loop
} bench_result;

/// Results that a compiler cannot drop.
static volatile double sink;

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/// Seconds of processor time of this thread: other programs on the machine do not count.
static double cpu_seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// Nanoseconds a step; negative when the work failed.
static double time_one(int64_t (*work)(void *, int64_t), void *context, int64_t steps)
{
    double start = cpu_seconds_now();
    int64_t done = work(context, steps);
    return done < 0 ? -1.0 : 1e9 * (cpu_seconds_now() - start) / (double)done;
}

/// Measures work and yardstick in turns, so that a noisy machine is noisy to both.
static bool measure(const benchmark *b, bench_result *result)
{
    double ns[REPEATS];
    double ratios[REPEATS];
    // a first guess, which also warms up
    double guess = time_one(b->work, b->context, 200000);
    int64_t steps = guess <= 0.0 ? 0 : (int64_t)(1e9 * SECONDS_PER_REPEAT / guess) + 1;
    for (int i = 0; i < REPEATS; i++) {
        ns[i] = time_one(b->work, b->context, steps);
        double fused = b->fused == NULL ? 0.0 : time_one(b->fused, b->context, steps);
        if (guess <= 0.0 || ns[i] < 0.0 || fused < 0.0) {
            return false;
        }
        ratios[i] = fused / ns[i];
    }
    qsort(ns, REPEATS, sizeof *ns, compare_reals);
    qsort(ratios, REPEATS, sizeof *ratios, compare_reals);
    snprintf(result->name, sizeof result->name, "%s", b->name);
    result->ns_per_step = ns[REPEATS / 2];
    result->spread = (ns[3 * REPEATS / 4] - ns[REPEATS / 4]) / result->ns_per_step;
    result->ratio_to_fused = ratios[REPEATS / 2];
    return true;
}

static int64_t next64_work(void *context, int64_t steps)
{
    uint64_t sum = 0;
    for (int64_t i = 0; i < steps; i++) {
        sum += rill_rng_next64(context);
    }
    sink = (double)sum;
    return steps;
}

static int64_t normal_work(void *context, int64_t steps)
{
    double sum = 0.0;
    for (int64_t i = 0; i < steps; i++) {
        sum += rill_rng_standard_normal(context);
    }
    sink = sum;
    return steps;
}

/// An environment alone, under random actions drawn beforehand.
typedef struct env_bench {
    rill_env *env;
    rill_batch *batch;
    rill_batch_arrays arrays;
    int32_t n_lanes;
    int32_t actions[4096];
} env_bench;

static int64_t env_work(void *context, int64_t steps)
{
    env_bench *bench = context;
    double sum = 0.0;
    rill_env_reset(bench->env);
    for (int64_t i = 0; i < steps; i++) {
        rill_outcome outcome;
        rill_env_step(bench->env, (rill_action){.index = bench->actions[i & 4095]}, &outcome);
        sum += outcome.reward;
        if (rill_outcome_is_last(&outcome)) {
            rill_env_reset(bench->env);
        }
    }
    sink = sum;
    return steps;
}

static int64_t batch_work(void *context, int64_t steps)
{
    env_bench *bench = context;
    rill_batch_reset(bench->batch, &bench->arrays);
    int64_t done = 0;
    for (; done < steps; done += bench->n_lanes) {
        rill_batch_step(bench->batch, bench->actions, &bench->arrays);
        sink = bench->arrays.rewards[0];
    }
    return done;
}

static bool is_wanted(const char *name, char **names, int n_names)
{
    bool is_any = n_names == 0;
    for (int i = 0; i < n_names; i++) {
        is_any = is_any || strstr(name, names[i]) != NULL;
    }
    return is_any;
}

/// A list of results under way.
typedef struct bench_report {
    bench_result results[MAX_RESULTS];
    size_t count;
    char **names; ///< only benchmarks whose name contains one of these
    int n_names;
    bool is_json, has_failed;
} bench_report;

static void run_benchmark(bench_report *report, const benchmark *b)
{
    if (!is_wanted(b->name, report->names, report->n_names) || report->count == MAX_RESULTS) {
        return;
    }
    bench_result *result = &report->results[report->count];
    if (!measure(b, result)) {
        fprintf(stderr,
                "rill bench: %s: its result is not that of the fused loop, or it ran out "
                "of memory\n",
                b->name);
        report->has_failed = true;
        return;
    }
    report->count++;
    if (!report->is_json) {
        printf("%-40s %10.2f %14.3g %7.1f %%", result->name, result->ns_per_step,
               1e9 / result->ns_per_step, 100.0 * result->spread);
        if (b->fused != NULL) {
            printf(" %15.2f", result->ratio_to_fused);
        }
        printf("\n");
        fflush(stdout);
    }
}

static void bench_rng(bench_report *report)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    const benchmark next64 = {"rng/next64", next64_work, NULL, &rng};
    const benchmark normal = {"rng/standard_normal", normal_work, NULL, &rng};
    run_benchmark(report, &next64);
    run_benchmark(report, &normal);
}

/// Arrays of a batch in one block, for discrete observations.
static bool open_batch(env_bench *bench, int32_t n_lanes)
{
    const rill_space *space = &bench->env->observation_space;
    size_t n = (size_t)n_lanes;
    size_t cells = space->kind == RILL_SPACE_BOX ? n * (size_t)space->size : n;
    bench->n_lanes = n_lanes;
    bench->arrays = (rill_batch_arrays){
        .observations = calloc(cells, sizeof(float)),
        .final_observations = calloc(cells, sizeof(float)),
        .rewards = calloc(n, sizeof(double)),
        .terminated = calloc(n, 1),
        .truncated = calloc(n, 1),
    };
    return bench->arrays.observations != NULL && bench->arrays.final_observations != NULL &&
           bench->arrays.rewards != NULL && bench->arrays.terminated != NULL &&
           bench->arrays.truncated != NULL &&
           rill_batch_create(&bench->batch, bench->env, n_lanes, RILL_AUTORESET_NEXT_STEP, NULL) ==
               RILL_OK;
}

static void close_batch(env_bench *bench)
{
    rill_batch_destroy(bench->batch);
    free(bench->arrays.observations);
    free(bench->arrays.final_observations);
    free(bench->arrays.rewards);
    free(bench->arrays.terminated);
    free(bench->arrays.truncated);
    bench->batch = NULL;
    bench->arrays = (rill_batch_arrays){0};
}

/// Every environment with discrete actions: alone, and as a batch.
static void bench_envs(bench_report *report)
{
    static const int32_t lanes[] = {1, 64, 4096};
    const rill_env_type *const *types = rill_env_type_list();
    for (size_t i = 0; types[i] != NULL; i++) {
        env_bench bench = {0};
        if (rill_env_create_from(&bench.env, types[i], NULL, 0, NULL) != RILL_OK ||
            bench.env->action_space.kind != RILL_SPACE_DISCRETE) {
            rill_env_destroy(bench.env);
            continue;
        }
        rill_rng rng;
        rill_rng_seed(&rng, 2);
        for (size_t j = 0; j < sizeof bench.actions / sizeof bench.actions[0]; j++) {
            bench.actions[j] = (int32_t)rill_rng_integers(&rng, bench.env->action_space.size);
        }
        char name[80];
        snprintf(name, sizeof name, "env/%s", types[i]->id);
        const benchmark single = {name, env_work, NULL, &bench};
        run_benchmark(report, &single);
        for (size_t j = 0; j < sizeof lanes / sizeof lanes[0]; j++) {
            snprintf(name, sizeof name, "batch/%s/%d", types[i]->id, lanes[j]);
            const benchmark batch = {name, batch_work, NULL, &bench};
            if (open_batch(&bench, lanes[j])) {
                run_benchmark(report, &batch);
            }
            close_batch(&bench);
        }
        rill_env_destroy(bench.env);
    }
}

/// An agent in an environment through the public runner, recording included.
typedef struct runner_bench {
    rill_experiment *experiment;
    rill_experiment *yardstick; ///< the same experiment with an agent that is simpler; or NULL
    double alpha, epsilon;
    double estimates[2048]; ///< what the runner learned last
    size_t n_estimates;
    int64_t steps; ///< in how many steps
} runner_bench;

static int64_t runner_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    rill_run run;
    bench->experiment->stop_steps = steps;
    if (rill_experiment_run_one(bench->experiment, 0, 0, &run, NULL) != RILL_OK) {
        rill_run_clear(&run);
        return -1;
    }
    if (run.n_values <= sizeof bench->estimates / sizeof *bench->estimates) {
        memcpy(bench->estimates, run.values, run.n_values * sizeof *run.values);
        bench->n_estimates = run.n_values;
        bench->steps = steps;
    }
    rill_run_clear(&run);
    return steps;
}

/// The runner's stream for a role: 0 the environment's, 1 the agent's.
static rill_rng stream_of(const runner_bench *bench, uint32_t role)
{
    const uint32_t spawn_key[] = {0, role};
    rill_rng rng;
    rill_rng_spawn(&rng, bench->experiment->seed, spawn_key, 2);
    return rng;
}

/// Whether the runner learned the same bits, where it took as many steps.
static bool is_equal(const runner_bench *bench, int64_t steps, const double *estimates, size_t n)
{
    return bench->steps != steps || (bench->n_estimates == n && memcmp(estimates, bench->estimates,
                                                                       n * sizeof *estimates) == 0);
}

/// The fused loop with the runner's stream; -1 when it does not learn the same bits.
static int64_t fused_cliff_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    double q[192] = {0.0};
    fused_q_learning_cliff(stream_of(bench, 1), steps, bench->alpha, bench->epsilon, q);
    return is_equal(bench, steps, q, 192) ? steps : -1;
}

static int64_t fused_mountain_car_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    double w[1944] = {0.0};
    fused_sarsa_mountain_car(stream_of(bench, 0), stream_of(bench, 1), steps, bench->alpha,
                             bench->epsilon, w);
    return is_equal(bench, steps, w, 1944) ? steps : -1;
}

/// The runner with the simpler agent; -1 when it does not learn the same bits.
static int64_t yardstick_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    rill_run run;
    bench->yardstick->stop_steps = steps;
    const bool is_run = rill_experiment_run_one(bench->yardstick, 0, 0, &run, NULL) == RILL_OK &&
                        is_equal(bench, steps, run.values, run.n_values);
    rill_run_clear(&run);
    return is_run ? steps : -1;
}

static const char cliff_walking[] =
    "{\"environment\": {\"id\": \"cliff_walking\"}, \"agents\": [{\"id\": \"q_learning\","
    " \"params\": {\"alpha\": 0.5}, \"policy\": {\"id\": \"epsilon_greedy\","
    " \"params\": {\"epsilon\": 0.1}}}], \"stop\": {\"steps\": 1}, \"record\": [\"return\"]}";

/// What it costs tables that the agents' bodies serve features too: Q-learning against one for tables
/// alone, both through the runner.
static rill_status bench_table(bench_report *report, rill_error *error)
{
    static runner_bench bench;
    const char *name = "table/q_learning/cliff_walking";
    bench = (runner_bench){.alpha = 0.5, .epsilon = 0.1};
    if (!is_wanted(name, report->names, report->n_names)) {
        return RILL_OK;
    }
    rill_status status = rill_experiment_parse(&bench.experiment, cliff_walking, NULL, error);
    if (status == RILL_OK) {
        status = rill_experiment_parse(&bench.yardstick, cliff_walking, NULL, error);
    }
    if (status == RILL_OK) {
        rill_agent **agent = &bench.yardstick->variants[0].agent;
        const rill_agent_type *type = &bench_table_q_learning;
        const rill_agent_config config = {
            .type = type,
            .params = rill_params_clone(type->params, type->params_size, (*agent)->params),
            .policy = (*agent)->policy.type,
            .policy_params =
                rill_params_clone((*agent)->policy.type->params, (*agent)->policy.type->params_size,
                                  (*agent)->policy.params)};
        const rill_space observations = (*agent)->observation_space,
                         actions = (*agent)->action_space;
        rill_agent_destroy(*agent);
        *agent = NULL;
        status = rill_agent_create_from(agent, &config, observations, actions, error);
    }
    if (status == RILL_OK) {
        const benchmark b = {name, runner_work, yardstick_work, &bench};
        run_benchmark(report, &b);
    }
    rill_experiment_destroy(bench.experiment);
    rill_experiment_destroy(bench.yardstick);
    return status;
}

static rill_status bench_runner(bench_report *report, const char *name, const char *json,
                                double alpha, int64_t (*fused)(void *, int64_t), rill_error *error)
{
    static runner_bench bench;
    bench = (runner_bench){.alpha = alpha, .epsilon = 0.1};
    if (!is_wanted(name, report->names, report->n_names)) {
        return RILL_OK;
    }
    rill_status status = rill_experiment_parse(&bench.experiment, json, NULL, error);
    if (status == RILL_OK) {
        const benchmark b = {name, runner_work, fused, &bench};
        run_benchmark(report, &b);
    }
    rill_experiment_destroy(bench.experiment);
    return status;
}

static rill_status bench_runners(bench_report *report, rill_error *error)
{
    rill_status status = bench_runner(report, "run/q_learning/cliff_walking", cliff_walking, 0.5,
                                      fused_cliff_work, error);
    status = status == RILL_OK ? bench_table(report, error) : status;
    if (status == RILL_OK) {
        status = bench_runner(
            report, "run/sarsa/cliff_walking",
            "{\"environment\": {\"id\": \"cliff_walking\"}, \"agents\": [{\"id\": \"sarsa\","
            " \"params\": {\"alpha\": 0.5}}], \"stop\": {\"steps\": 1}, \"record\": [\"return\"]}",
            0.5, NULL, error);
    }
    if (status == RILL_OK) {
        status = bench_runner(
            report, "run/sarsa/mountain_car/tiles",
            "{\"environment\": {\"id\": \"mountain_car\"}, \"agents\": [{\"id\": \"sarsa\","
            " \"params\": {\"alpha\": 0.0625}, \"policy\": {\"id\": \"epsilon_greedy\","
            " \"params\": {\"epsilon\": 0.1}}, \"features\": {\"id\": \"tile_coding\","
            " \"params\": {\"tilings\": 8, \"tiles\": 8}}}], \"stop\": {\"steps\": 1},"
            " \"record\": [\"return\"]}",
            0.0625, fused_mountain_car_work, error);
    }
    if (status == RILL_OK) {
        status = bench_runner(
            report, "run/td0/random_walk",
            "{\"environment\": {\"id\": \"random_walk\"}, \"agents\": [{\"id\": \"td0\"}],"
            " \"stop\": {\"steps\": 1}, \"record\": [\"return\"]}",
            0.1, NULL, error);
    }
    return status;
}

static rill_status print_json(const bench_report *report, rill_error *error)
{
    cJSON *rows = cJSON_CreateArray();
    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(rows, row);
        cJSON_AddStringToObject(row, "name", result->name);
        cJSON_AddNumberToObject(row, "ns_per_step", result->ns_per_step);
        cJSON_AddNumberToObject(row, "steps_per_s", 1e9 / result->ns_per_step);
        cJSON_AddNumberToObject(row, "spread", result->spread);
        const bool has_fused = result->ratio_to_fused > 0.0;
        cJSON_AddItemToObject(row, "ratio_to_fused",
                              has_fused ? cJSON_CreateNumber(result->ratio_to_fused)
                                        : cJSON_CreateNull());
    }
    return output_json(rows, error);
}

static int run(const command *self, int argc, char **argv)
{
    static bench_report all;
    const option options[] = {
        {"--json", OPTION_FLAG, &all.is_json, NULL, "an array of results", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    all.names = argv + 1;
    all.n_names = n_arguments;
    if (!all.is_json) {
        printf("%-40s %10s %14s %9s %15s\n", "benchmark", "ns/step", "steps/s", "spread",
               "x of fused loop");
    }
    rill_error error = {0};
    bench_rng(&all);
    bench_envs(&all);
    rill_status status = bench_runners(&all, &error);
    if (status != RILL_OK) {
        return fail(NULL, &error);
    }
    if (all.count == 0 && !all.has_failed) {
        return fail_usage(
            self, "no benchmark's name contains \"%.60s\"; `rill bench` runs them all", argv[1]);
    }
    if (all.is_json && print_json(&all, &error) != RILL_OK) {
        return fail(NULL, &error);
    }
    int code = finish_output();
    return code == EXIT_DONE && all.has_failed ? EXIT_CHECK_FAILED : code;
}

const command command_bench = {
    .name = "bench",
    .arguments = "[NAME]...",
    .summary = "measure steps per second",
    .help =
        "Measures environments alone (env/) and in batches (batch/ID/lanes), the random numbers\n"
        "(rng/), and agents through the public runner with recording (run/). Each figure is the\n"
        "median of 9 repeats, in processor time; the spread is the distance of their quartiles. Where there is a\n"
        "hand-fused loop of the same work, it is measured in turns with ours, its result is\n"
        "checked to be equal bit for bit, and the ratio of the speeds is printed. The yardstick of\n"
        "table/ is an agent written for tables alone. NAME selects the benchmarks whose name\n"
        "contains it.\n"
        "\n"
        "  rill bench\n"
        "  rill bench run/q_learning --json",
    .run = run,
};
