/// Measuring speeds, for `rill bench`.
#ifndef RILL_PROGRAM_BENCH_H
#define RILL_PROGRAM_BENCH_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_MAX_RESULTS = 256 };

/// Something that can be repeated: does about `steps` steps and answers how many it did; -1 when
/// something is wrong.
typedef struct benchmark {
    const char *name;
    int64_t (*work)(void *context, int64_t steps);
    int64_t (*fused)(void *context, int64_t steps); ///< the same by hand; NULL: there is none
    void *context;
    int64_t least_steps; ///< where setting up takes long; 0: as many as take long enough
} benchmark;

typedef struct bench_result {
    char name[96];
    double ns_per_step;       ///< median over the repeats
    double spread;            ///< (third quartile - first quartile) / median
    double ratio_to_fused;    ///< median of speed / speed of the fused loop; 0: no fused loop
    double ratio_to_baseline; ///< speed / speed of the same benchmark in the baseline; 0: not there
} bench_result;

/// What an earlier `rill bench --json` measured.
typedef struct bench_baseline {
    char name[96];
    double ns_per_step;
} bench_baseline;

/// A list of results under way.
typedef struct bench_report {
    bench_result results[BENCH_MAX_RESULTS];
    size_t count;
    char **names; ///< only benchmarks whose name contains one of these
    int n_names;
    const bench_baseline *baseline; ///< (n_baseline); NULL: none to compare with
    size_t n_baseline;
    bool is_json, has_failed;
} bench_report;

/// Whether a benchmark of this name is asked for.
bool bench_is_wanted(const bench_report *report, const char *name);
/// Measures, if it is asked for, and prints a line.
void bench_run(bench_report *report, const benchmark *b);
/// Keeps a result from being computed in vain, which a compiler would leave out.
void bench_use(double result);

/// Random numbers; environments with discrete actions, alone and in batches.
void bench_rng(bench_report *report);
void bench_envs(bench_report *report);
/// Agents through the public runner, against hand-fused loops. RILL_NO_MEMORY.
rill_status bench_runners(bench_report *report, rill_error *error);

#endif
