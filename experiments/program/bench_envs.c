#include "experiments/program/bench.h"

#include <rill/batch.h>
#include <rill/env.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t next64_work(void *context, int64_t steps)
{
    uint64_t sum = 0;
    for (int64_t i = 0; i < steps; i++) {
        sum += rill_rng_next64(context);
    }
    bench_use((double)sum);
    return steps;
}

static int64_t normal_work(void *context, int64_t steps)
{
    double sum = 0.0;
    for (int64_t i = 0; i < steps; i++) {
        sum += rill_rng_standard_normal(context);
    }
    bench_use(sum);
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
    bench_use(sum);
    return steps;
}

static int64_t batch_work(void *context, int64_t steps)
{
    env_bench *bench = context;
    rill_batch_reset(bench->batch, &bench->arrays);
    int64_t done = 0;
    for (; done < steps; done += bench->n_lanes) {
        rill_batch_step(bench->batch, bench->actions, &bench->arrays);
        bench_use(bench->arrays.rewards[0]);
    }
    return done;
}

void bench_rng(bench_report *report)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    const benchmark next64 = {.name = "rng/next64", .work = next64_work, .context = &rng};
    const benchmark normal = {.name = "rng/standard_normal", .work = normal_work, .context = &rng};
    bench_run(report, &next64);
    bench_run(report, &normal);
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
void bench_envs(bench_report *report)
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
        const benchmark single = {.name = name, .work = env_work, .context = &bench};
        bench_run(report, &single);
        for (size_t j = 0; j < sizeof lanes / sizeof lanes[0]; j++) {
            snprintf(name, sizeof name, "batch/%s/%d", types[i]->id, lanes[j]);
            const benchmark batch = {.name = name, .work = batch_work, .context = &bench};
            if (open_batch(&bench, lanes[j])) {
                bench_run(report, &batch);
            }
            close_batch(&bench);
        }
        rill_env_destroy(bench.env);
    }
}
