#include "experiments/program/bench.h"

#include "tests/bench/fused.h"

#include <rill/experiment.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ESTIMATES = 6400, SMALL_GRID = 40, LARGE_GRID = 1000 };

/// An agent in an environment through the public runner, recording included, and the same by hand.
typedef struct runner_bench {
    const char *name, *json;
    double alpha;
    size_t n_estimates;
    /// Learns with the runner's streams of the environment and of the agent.
    void (*fused)(const struct runner_bench *bench, rill_rng env_rng, rill_rng rng, int64_t steps,
                  double *estimates);

    rill_experiment *experiment;
    double *by_hand;   ///< (n_estimates) room for what is learned by hand
    double *estimates; ///< (n_estimates) what the runner learned last
    int64_t steps;     ///< in how many steps; 0: it was not kept
} runner_bench;

static const double epsilon = 0.1;

static int64_t runner_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    rill_run run;
    bench->experiment->stop_steps = steps;
    const rill_status status = rill_experiment_run_one(bench->experiment, 0, 0, &run, NULL);
    bench->steps = run.n_values == bench->n_estimates ? steps : 0;
    if (bench->steps > 0) {
        memcpy(bench->estimates, run.values, run.n_values * sizeof *run.values);
    }
    rill_run_clear(&run);
    return status == RILL_OK ? steps : -1;
}

/// The runner's stream for a role: 0 the environment's, 1 the agent's.
static rill_rng stream_of(const runner_bench *bench, uint32_t role)
{
    const uint32_t spawn_key[] = {0, role};
    rill_rng rng;
    rill_rng_spawn(&rng, bench->experiment->seed, spawn_key, 2);
    return rng;
}

/// -1 when it does not learn the same bits as the runner did, where that took as many steps.
static int64_t fused_work(void *context, int64_t steps)
{
    runner_bench *bench = context;
    const size_t size = bench->n_estimates * sizeof *bench->by_hand;
    memset(bench->by_hand, 0, size);
    bench->fused(bench, stream_of(bench, 0), stream_of(bench, 1), steps, bench->by_hand);
    const bool is_equal =
        bench->steps != steps || memcmp(bench->by_hand, bench->estimates, size) == 0;
    return is_equal ? steps : -1;
}

static void cliff_by_hand(const runner_bench *bench, rill_rng env_rng, rill_rng rng, int64_t steps,
                          double *q)
{
    (void)env_rng;
    fused_q_learning_cliff(rng, steps, bench->alpha, epsilon, q);
}

static void windy_by_hand(const runner_bench *bench, rill_rng env_rng, rill_rng rng, int64_t steps,
                          double *q)
{
    (void)env_rng;
    fused_sarsa_windy(rng, steps, bench->alpha, epsilon, q);
}

static void walk_by_hand(const runner_bench *bench, rill_rng env_rng, rill_rng rng, int64_t steps,
                         double *v)
{
    (void)env_rng;
    fused_td0_random_walk(rng, steps, bench->alpha, v);
}

static void grid_by_hand(const runner_bench *bench, rill_rng env_rng, rill_rng rng, int64_t steps,
                         double *q)
{
    (void)env_rng;
    const int32_t size = bench->n_estimates > MAX_ESTIMATES ? LARGE_GRID : SMALL_GRID;
    fused_q_learning_grid(rng, steps, size, bench->alpha, epsilon, q);
}

static void mountain_car_by_hand(const runner_bench *bench, rill_rng env_rng, rill_rng rng,
                                 int64_t steps, double *w)
{
    fused_sarsa_mountain_car(env_rng, rng, steps, bench->alpha, epsilon, w);
}

#define EPSILON_GREEDY "\"policy\": {\"id\": \"epsilon_greedy\", \"params\": {\"epsilon\": 0.1}}"
#define STOP "\"stop\": {\"steps\": 1}, \"record\": [\"return\"]}"

static const runner_bench benches[] = {
    {.name = "run/q_learning/cliff_walking",
     .json = "{\"environment\": {\"id\": \"cliff_walking\"}, \"agents\": [{\"id\": \"q_learning\", "
             "\"params\": {\"alpha\": 0.5}, " EPSILON_GREEDY "}], " STOP,
     .alpha = 0.5,
     .n_estimates = 192,
     .fused = cliff_by_hand},
    {.name = "run/sarsa/windy_gridworld",
     .json = "{\"environment\": {\"id\": \"windy_gridworld\"}, \"agents\": [{\"id\": \"sarsa\", "
             "\"params\": {\"alpha\": 0.5}, " EPSILON_GREEDY "}], " STOP,
     .alpha = 0.5,
     .n_estimates = 280,
     .fused = windy_by_hand},
    {.name = "run/td0/random_walk",
     .json = "{\"environment\": {\"id\": \"random_walk\"}, \"agents\": [{\"id\": \"td0\", "
             "\"params\": {\"alpha\": 0.1}}], " STOP,
     .alpha = 0.1,
     .n_estimates = 7,
     .fused = walk_by_hand},
    {.name = "run/sarsa/mountain_car/tiles",
     .json = "{\"environment\": {\"id\": \"mountain_car\"}, \"agents\": [{\"id\": \"sarsa\", "
             "\"params\": {\"alpha\": 0.0625}, " EPSILON_GREEDY ", \"features\": {\"id\": "
             "\"tile_coding\", \"params\": {\"tilings\": 8, \"tiles\": 8}}}], " STOP,
     .alpha = 0.0625,
     .n_estimates = 1944,
     .fused = mountain_car_by_hand},
};

static rill_status run_bench(bench_report *report, const runner_bench *of, rill_error *error)
{
    if (!bench_is_wanted(report, of->name)) {
        return RILL_OK;
    }
    runner_bench bench = *of;
    bench.by_hand = calloc(bench.n_estimates, sizeof *bench.by_hand);
    bench.estimates = calloc(bench.n_estimates, sizeof *bench.estimates);
    rill_status status = bench.by_hand == NULL || bench.estimates == NULL
                             ? rill_error_no_memory(error)
                             : rill_experiment_parse(&bench.experiment, bench.json, NULL, error);
    if (status == RILL_OK) {
        const benchmark b = {.name = bench.name,
                             .work = runner_work,
                             .fused = fused_work,
                             .context = &bench,
                             .least_steps = bench.n_estimates > MAX_ESTIMATES ? 20000000 : 0};
        bench_run(report, &b);
    }
    rill_experiment_destroy(bench.experiment);
    free(bench.by_hand);
    free(bench.estimates);
    return status;
}

/// Q-learning on an empty square grid: the experiment, to be freed; NULL without memory.
static char *write_grid(int32_t size)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL) {
        return NULL;
    }
    fputs(
        "{\"environment\": {\"id\": \"gridworld\", \"params\": {\"stay\": false, \"reward_step\": -1, "
        "\"reward_goal\": -1, \"at_goal\": \"terminate\", \"map\": [",
        stream);
    for (int32_t row = 0; row < size; row++) {
        fputs(row == 0 ? "\"" : ", \"", stream);
        for (int32_t column = 0; column < size; column++) {
            const bool is_start = row + column == 0, is_goal = row + column == 2 * (size - 1);
            fputc(is_start ? 'S' : is_goal ? 'G' : '.', stream);
        }
        fputc('"', stream);
    }
    fputs("]}}, \"agents\": [{\"id\": \"q_learning\", \"params\": {\"alpha\": 0.5}, " EPSILON_GREEDY
          "}], " STOP,
          stream);
    return fclose(stream) == 0 ? text : NULL;
}

/// A small grid, whose estimates are compared, and one that no cache holds: its estimates are too many to be kept.
static rill_status bench_grids(bench_report *report, rill_error *error)
{
    static const struct {
        const char *name;
        int32_t size;
    } grids[] = {{"run/q_learning/grid/40x40", SMALL_GRID},
                 {"run/q_learning/grid/1000x1000", LARGE_GRID}};
    rill_status status = RILL_OK;
    for (size_t i = 0; i < sizeof grids / sizeof *grids && status == RILL_OK; i++) {
        if (!bench_is_wanted(report, grids[i].name)) {
            continue;
        }
        const size_t size = (size_t)grids[i].size;
        char *json = write_grid(grids[i].size);
        const runner_bench bench = {.name = grids[i].name,
                                    .json = json,
                                    .alpha = 0.5,
                                    .n_estimates = size * size * 4,
                                    .fused = grid_by_hand};
        status = json == NULL ? rill_error_no_memory(error) : run_bench(report, &bench, error);
        free(json);
    }
    return status;
}

rill_status bench_runners(bench_report *report, rill_error *error)
{
    rill_status status = RILL_OK;
    for (size_t i = 0; i < sizeof benches / sizeof *benches && status == RILL_OK; i++) {
        status = run_bench(report, &benches[i], error);
    }
    return status == RILL_OK ? bench_grids(report, error) : status;
}
