/// For authors of agents: eligibility traces, one number a weight, with a list of those that may not
/// be zero, so that an update costs what it touches (S&B chapter 12).
#ifndef RILL_TRACE_H
#define RILL_TRACE_H

#include <rill/arena.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A trace below this is taken as zero: what it adds is lost in the rounding of what it is added to.
#define RILL_TRACE_CUTOFF 1e-16

/// How a visit raises a trace z (S&B section 12.5 and its bibliographical remarks).
typedef enum rill_trace_kind {
    RILL_TRACE_ACCUMULATING, ///< z <- z + 1
    RILL_TRACE_REPLACING,    ///< z <- 1
    RILL_TRACE_DUTCH,        ///< z <- z + 1 - alpha z, with z decayed before
} rill_trace_kind;

typedef struct rill_trace {
    double *eligibility; ///< (size) z
    int32_t *active;     ///< (size) indices of those that are listed, in the order of their visits
    uint8_t *is_active;  ///< (size) 1 for those; the others are 0
    int32_t *n_active;
    int32_t size;
} rill_trace;

/// The summary of the measure "active_traces", the number of listed ones.
#define RILL_ACTIVE_TRACES "eligibility traces that may not be 0"

/// Lays a trace for `size` weights out in an arena.
static inline rill_trace rill_trace_take(rill_arena *arena, int32_t size)
{
    rill_trace trace = {(double *)rill_arena_take(arena, (size_t)size, sizeof(double)),
                        (int32_t *)rill_arena_take(arena, (size_t)size, sizeof(int32_t)),
                        (uint8_t *)rill_arena_take(arena, (size_t)size, sizeof(uint8_t)),
                        (int32_t *)rill_arena_take(arena, 1, sizeof(int32_t)), size};
    return trace;
}

/// All traces are 0: an episode begins.
static inline void rill_trace_clear(const rill_trace *trace)
{
    for (int32_t i = 0; i < *trace->n_active; i++) {
        trace->eligibility[trace->active[i]] = 0.0;
        trace->is_active[trace->active[i]] = 0;
    }
    *trace->n_active = 0;
}

/// z <- factor z, with factor = gamma lambda.
static inline void rill_trace_decay(const rill_trace *trace, double factor)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < *trace->n_active; i++) {
        const int32_t index = trace->active[i];
        const double z = factor * trace->eligibility[index];
        const int is_kept = fabs(z) >= RILL_TRACE_CUTOFF;
        trace->eligibility[index] = is_kept ? z : 0.0;
        trace->is_active[index] = (uint8_t)is_kept;
        trace->active[kept] = index;
        kept += is_kept;
    }
    *trace->n_active = kept;
}

/// Sets one trace.
static inline void rill_trace_set(const rill_trace *trace, int32_t index, double z)
{
    if (!trace->is_active[index]) {
        trace->is_active[index] = 1;
        trace->active[(*trace->n_active)++] = index;
    }
    trace->eligibility[index] = z;
}

/// A visit of a weight, after the decay; `alpha` matters to dutch traces alone, in [0, 1].
static inline void rill_trace_visit(const rill_trace *trace, rill_trace_kind kind, int32_t index,
                                    double alpha)
{
    const double z = trace->eligibility[index];
    rill_trace_set(trace, index,
                   kind == RILL_TRACE_REPLACING ? 1.0
                   : kind == RILL_TRACE_DUTCH   ? z + 1.0 - alpha * z
                                                : z + 1.0);
}

/// weights <- weights + step z, where the trace is not 0. `weights` is (size).
static inline void rill_trace_add(const rill_trace *trace, double *weights, double step)
{
    for (int32_t i = 0; i < *trace->n_active; i++) {
        const int32_t index = trace->active[i];
        weights[index] += step * trace->eligibility[index];
    }
}

#ifdef __cplusplus
}
#endif
#endif
