#include "experiments/program/plot.h"
rill_status plot_values(const plot_results *r, const figure_request *f, const char *p,
                        rill_error *e)
{
    (void)r;
    (void)f;
    (void)p;
    return rill_error_set(e, RILL_INVALID, "", "todo");
}
rill_status plot_surface(const plot_results *r, const figure_request *f, const char *p,
                         rill_error *e)
{
    (void)r;
    (void)f;
    (void)p;
    return rill_error_set(e, RILL_INVALID, "", "todo");
}
rill_status plot_policy(const plot_results *r, const figure_request *f, const char *p,
                        rill_error *e)
{
    (void)r;
    (void)f;
    (void)p;
    return rill_error_set(e, RILL_INVALID, "", "todo");
}
