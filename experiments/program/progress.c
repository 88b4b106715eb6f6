#include "experiments/program/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

progress progress_begin(int64_t n_done, int64_t n_runs, bool is_quiet)
{
    progress bar = {!is_quiet && isatty(STDERR_FILENO), n_done, n_runs, seconds_now()};
    return bar;
}

void progress_show(const progress *bar, int64_t steps, int64_t n_finished)
{
    enum { WIDTH = 30 };
    if (!bar->is_shown) {
        return;
    }
    char cells[WIDTH + 1];
    const int64_t n = bar->n_done + n_finished;
    const int filled = (int)(WIDTH * n / bar->n_runs);
    memset(cells, '.', WIDTH);
    memset(cells, '#', (size_t)filled);
    cells[WIDTH] = '\0';
    const double seconds = seconds_now() - bar->start;
    const double rate = (double)steps / (seconds > 0.0 ? seconds : 1.0);
    fprintf(stderr, "\r[%s] %" PRId64 "/%" PRId64 " runs  %.3g M steps/s", cells, n, bar->n_runs,
            rate / 1e6);
    if (n_finished > 0 && n < bar->n_runs) {
        int64_t left = (int64_t)(seconds / (double)n_finished * (double)(bar->n_runs - n) + 0.5);
        fprintf(stderr, "  %" PRId64 ":%02" PRId64 " left", left / 60, left % 60);
    }
    fprintf(stderr, "\033[K");
    fflush(stderr);
}

void progress_end(const progress *bar)
{
    if (bar->is_shown) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
}
