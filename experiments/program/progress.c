#include "experiments/program/progress_state.h"
#include "experiments/run_one.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

progress_form progress_choose(void)
{
    const char *terminal = getenv("TERM");
    const bool can_draw =
        isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    return can_draw ? PROGRESS_TERMINAL : PROGRESS_LINES;
}

/// Seconds between two times at which something is told.
static double interval_of(progress_form form)
{
    return form == PROGRESS_LINES ? 10.0 : form == PROGRESS_JSON ? 1.0 : 0.2;
}

progress *progress_begin(const rill_experiment *experiment, const uint8_t *is_done,
                         progress_form form)
{
    progress *p = form == PROGRESS_NONE ? NULL : calloc(1, sizeof *p);
    const int32_t n = experiment->n_variants;
    if (p == NULL || (p->variants = calloc((size_t)n + 1, sizeof *p->variants)) == NULL) {
        free(p);
        return NULL;
    }
    p->form = form;
    p->n_variants = n;
    p->began = p->told = p->looked = run_seconds_now();
    if (experiment->n_records > 0) {
        rill_metric_write(experiment->records[0].metric, experiment->records[0].index, p->metric);
    }
    for (int32_t i = 0; i < n; i++) {
        progress_variant *variant = &p->variants[i];
        variant->label = experiment->variants[i].label;
        variant->began = variant->ended = (double)NAN;
        for (int64_t run = 0; is_done != NULL && run < experiment->runs; run++) {
            variant->n_before += is_done[i * experiment->runs + run] == 1;
            variant->n_missing -= is_done[i * experiment->runs + run] != 0;
        }
        variant->n_missing += experiment->runs;
        p->n_before += variant->n_before;
        p->n_missing += variant->n_missing;
    }
    return p;
}

void progress_add_maps(progress *p, live_maps *maps)
{
    if (p != NULL) {
        p->maps = maps;
    }
}

// ------------------------------------------------------------------------------------ what is known

static void add_to_curve(progress_curve *curve, double fraction, double value)
{
    int i = (int)(fraction * PROGRESS_POINTS);
    i = i < 0 ? 0 : i < PROGRESS_POINTS ? i : PROGRESS_POINTS - 1;
    if (isfinite(value)) {
        curve->sums[i] += value;
        curve->counts[i]++;
    }
}

void progress_note(progress *p, const rill_run *runs, size_t n)
{
    for (size_t i = 0; p != NULL && i < n; i++) {
        progress_variant *variant = &p->variants[runs[i].variant];
        variant->n_noted++;
        p->n_noted++;
        variant->steps += (double)runs[i].steps;
        variant->seconds += runs[i].wall_seconds;
        variant->ended = run_seconds_now();
        // the next one is looked at from its beginning
        variant->running = (progress_curve){{0.0}, {0}};
        variant->fraction = 0.0;
        const rill_series *series = runs[i].n_series > 0 ? &runs[i].series[0] : NULL;
        for (size_t k = 0; series != NULL && k < series->count; k++) {
            add_to_curve(&variant->finished, ((double)k + 0.5) / (double)series->count,
                         series->values[k]);
        }
        if (p->form == PROGRESS_JSON) {
            progress_json_run(p, &runs[i]);
        }
    }
}

/// How much of a run's work the runs of a variant under way have done, in runs.
static double part_of(const progress_variant *variant)
{
    const double under_way = (double)variant->now.steps - variant->steps;
    const double running = (double)variant->now.running;
    if (variant->n_noted > 0 && variant->steps > 0.0) { // runs are as long as those before
        return fmin(fmax(under_way * (double)variant->n_noted / variant->steps, 0.0), running);
    }
    return running * variant->fraction;
}

double progress_done(const progress_variant *variant)
{
    return (double)(variant->n_before + variant->n_noted) + part_of(variant);
}

double progress_total_rate(const progress *p)
{
    return (double)p->steps / fmax(run_seconds_now() - p->began, 1e-3);
}

double progress_rate(const progress_variant *variant)
{
    const bool is_over = variant->n_noted == variant->n_missing;
    const double seconds = (is_over ? variant->ended : run_seconds_now()) - variant->began;
    return (double)variant->now.steps / fmax(seconds, 1e-3);
}

/// What is left of a time that has passed while a part of all was done.
static double extrapolate(double seconds, double done, double all)
{
    return done > 0.0 && done <= all ? seconds * (all - done) / done : (double)NAN;
}

double progress_variant_left(const progress_variant *variant)
{
    const double done = (double)variant->n_noted + part_of(variant);
    return extrapolate(run_seconds_now() - variant->began, done, (double)variant->n_missing);
}

double progress_left(const progress *p)
{
    // a run counts as long as runs of its variant take, or of all where there is none yet
    double seconds = 0.0, n = 0.0, done = 0.0, all = 0.0;
    for (int32_t i = 0; i < p->n_variants; i++) {
        seconds += p->variants[i].seconds;
        n += (double)p->variants[i].n_noted;
    }
    const double mean = n > 0.0 ? seconds / n : 1.0;
    for (int32_t i = 0; i < p->n_variants; i++) {
        const progress_variant *variant = &p->variants[i];
        const double own =
            variant->n_noted > 0 ? variant->seconds / (double)variant->n_noted : mean;
        done += own * ((double)variant->n_noted + part_of(variant));
        all += own * (double)variant->n_missing;
    }
    return extrapolate(run_seconds_now() - p->began, done, all);
}

/// The last value of a curve; NaN: there is none.
static double end_of(const progress_curve *curve)
{
    for (int i = PROGRESS_POINTS - 1; i >= 0; i--) {
        if (curve->counts[i] > 0) {
            return curve->sums[i] / (double)curve->counts[i];
        }
    }
    return (double)NAN;
}

double progress_value(const progress_variant *variant)
{
    return variant->n_noted > 0 ? end_of(&variant->finished) : end_of(&variant->running);
}

void progress_curve_of(const progress_variant *variant, double *values)
{
    const progress_curve *curve = variant->n_noted > 0 ? &variant->finished : &variant->running;
    double last = (double)NAN; // runs of few points leave gaps, which the value before fills
    const double end = variant->n_noted > 0 ? 1.0 : variant->fraction;
    for (int i = 0; i < PROGRESS_POINTS; i++) {
        last = curve->counts[i] > 0 ? curve->sums[i] / (double)curve->counts[i] : last;
        values[i] = i <= end * PROGRESS_POINTS ? last : (double)NAN;
    }
}

/// Takes the state over, and looks at the runs under way.
static void look(progress *p, const rill_progress *now)
{
    p->steps = now->steps;
    p->running = now->running;
    for (int32_t i = 0; i < p->n_variants; i++) {
        progress_variant *variant = &p->variants[i];
        variant->now = now->variants[i];
        if (variant->now.running > 0 && isfinite(variant->now.fraction)) {
            variant->fraction = fmin(variant->now.fraction, 1.0);
            add_to_curve(&variant->running, variant->fraction, variant->now.value);
        }
        if (isnan(variant->began) && (variant->now.running > 0 || variant->n_noted > 0)) {
            variant->began = p->looked; // some time since then
        }
    }
    p->looked = run_seconds_now();
}

// ---------------------------------------------------------------------------------------- telling

void format_short(double value, char text[16])
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1.0, ""}};
    size_t i = 0;
    while (i < 4 && !(value >= 0.9995 * units[i].unit)) {
        i++;
    }
    snprintf(text, 16, value < 1e15 ? "%.3g%s" : "%.2e", value / units[i].unit, units[i].name);
}

void format_duration(double seconds, char text[24])
{
    const int64_t s = seconds < 1e12 ? (int64_t)(seconds + 0.5) : INT64_C(1000000000000);
    if (s < 3600) {
        snprintf(text, 24, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
    } else {
        snprintf(text, 24, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
    }
}

static void tell_line(const progress *p)
{
    char rate[16], left[24] = "";
    format_short(progress_total_rate(p), rate);
    fprintf(stderr, "rill: %" PRId64 "/%" PRId64 " runs, %s steps/s", p->n_before + p->n_noted,
            p->n_before + p->n_missing, rate);
    if (!isnan(progress_left(p))) {
        format_duration(progress_left(p), left);
        fprintf(stderr, ", %s left", left);
    }
    fputc('\n', stderr);
    fflush(stderr);
}

void progress_show(progress *p, const rill_progress *now)
{
    if (p == NULL) {
        return;
    }
    look(p, now);
    if (run_seconds_now() - p->told < interval_of(p->form)) {
        return;
    }
    p->told = run_seconds_now();
    if (p->form == PROGRESS_LINES) {
        tell_line(p);
    } else if (p->form == PROGRESS_JSON) {
        progress_json(p);
    } else {
        progress_draw(p);
    }
}

void progress_warn(progress *p, const char *message)
{
    if (p != NULL && p->form == PROGRESS_JSON) {
        progress_json_warning(p, message);
        return;
    }
    if (p != NULL && p->form == PROGRESS_TERMINAL) {
        progress_wipe(p);
    }
    fprintf(stderr, "rill: warning: %s\n", message);
}

void progress_end(progress *p, rill_status status)
{
    if (p == NULL) {
        return;
    }
    if (p->form == PROGRESS_JSON) {
        progress_json_end(p, status);
    } else if (p->form == PROGRESS_TERMINAL) {
        progress_wipe(p);
    }
    free(p->screen.widths);
    free(p->variants);
    free(p);
}
