#include "experiments/program/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 9 };
static const double SECONDS_PER_REPEAT = 0.15;

/// Results that a compiler cannot drop.
static volatile double sink;

void bench_use(double result)
{
    sink = result;
}

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
    steps = steps < b->least_steps ? b->least_steps : steps;
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

bool bench_is_wanted(const bench_report *report, const char *name)
{
    bool is_any = report->n_names == 0;
    for (int i = 0; i < report->n_names; i++) {
        is_any = is_any || strstr(name, report->names[i]) != NULL;
    }
    return is_any;
}

/// Speed against the baseline's; 0 where it has no such benchmark.
static double compare(const bench_report *report, const bench_result *result)
{
    for (size_t i = 0; i < report->n_baseline; i++) {
        if (strcmp(report->baseline[i].name, result->name) == 0) {
            return report->baseline[i].ns_per_step / result->ns_per_step;
        }
    }
    return 0.0;
}

void bench_run(bench_report *report, const benchmark *b)
{
    if (!bench_is_wanted(report, b->name) || report->count == BENCH_MAX_RESULTS) {
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
    result->ratio_to_baseline = compare(report, result);
    report->count++;
    if (!report->is_json) {
        printf("%-40s %10.2f %14.3g %7.1f %%", result->name, result->ns_per_step,
               1e9 / result->ns_per_step, 100.0 * result->spread);
        if (b->fused != NULL) {
            printf(" %15.2f", result->ratio_to_fused);
        } else if (report->baseline != NULL) {
            printf(" %15s", "");
        }
        if (result->ratio_to_baseline > 0.0) {
            printf(" %13.2f", result->ratio_to_baseline);
        }
        printf("\n");
        fflush(stdout);
    }
}
