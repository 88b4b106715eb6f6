// Control with linear features: each update of the agents against the book's, computed from dense
// features, weights and traces.
#include "tests/linear_follow.h"

typedef struct trace_setting {
    linear_setting base;
    double lambda;
    const char *trace;
    bool clears;
} trace_setting;

static const trace_setting trace_settings[] = {
    {{1.0, 0.1, 0.1}, 0.9, "accumulating", false}, {{0.9, 0.3, 0.3}, 0.5, "accumulating", false},
    {{0.95, 0.2, 0.2}, 1.0, "replacing", false},   {{0.9, 0.3, 0.4}, 0.8, "replacing", true},
    {{0.9, 0.2, 0.2}, 0.9, "dutch", false},        {{0.9, 0.3, 0.2}, 0.0, "accumulating", false},
};

/// What a method does in a step, to the weights and traces; z is what the last step left.
typedef void trace_book(const linear_follow *f, const trace_setting *s, double *w, double *z);

static void scale_traces(const linear_follow *f, double *z, double factor)
{
    for (int32_t i = 0; i < f->n_weights; i++) {
        z[i] *= factor;
    }
}

/// z rises by x(S,A): S&B eq. 12.5, the box of section 12.7, eq. 12.11 (after the decay), and Singh
/// and Sutton (1996).
static void raise_traces(const linear_follow *f, const trace_setting *s, double *z)
{
    double dot = 0.0; // z.x, as alpha and the step scales weigh it
    for (int32_t i = 0; i < f->n_features; i++) {
        dot += f->scale[i] * z[i * f->n_actions + f->action] * f->x[i];
    }
    for (int32_t i = 0; i < f->n_features; i++) {
        double *trace = &z[i * f->n_actions + f->action];
        for (int32_t a = 0; s->clears && f->x[i] != 0.0 && a < f->n_actions; a++) {
            z[i * f->n_actions + a] *= a == f->action ? 1.0 : 0.0;
        }
        *trace = s->trace[0] == 'a'   ? *trace + f->x[i]
                 : s->trace[0] == 'd' ? *trace + (1.0 - s->base.alpha * dot) * f->x[i]
                 : f->x[i] != 0.0     ? 1.0
                                      : *trace;
    }
}

/// w <- w + step z
static void add_traces(const linear_follow *f, double *w, const double *z, double step)
{
    for (int32_t i = 0; i < f->n_weights; i++) {
        w[i] += step * f->scale[i / f->n_actions] * z[i];
    }
}

/// S&B section 12.7, box "Sarsa(lambda) with binary features".
static void sarsa_lambda(const linear_follow *f, const trace_setting *s, double *w, double *z)
{
    const double next = f->terminated ? 0.0 : linear_value(f, w, f->next_x, f->next_action);
    const double delta = f->reward + s->base.gamma * next - linear_value(f, w, f->x, f->action);
    scale_traces(f, z, s->base.gamma * s->lambda);
    raise_traces(f, s, z);
    add_traces(f, w, z, s->base.alpha * delta);
}

/// S&B section 12.10; the traces end with an action that is not greedy.
static void watkins(const linear_follow *f, const trace_setting *s, double *w, double *z)
{
    const double greatest = linear_max(f, w, f->next_x);
    const bool is_greedy = linear_value(f, w, f->next_x, f->next_action) >= greatest - 1e-13;
    const double target = f->reward + (f->terminated ? 0.0 : s->base.gamma * greatest);
    const double delta = target - linear_value(f, w, f->x, f->action);
    raise_traces(f, s, z);
    add_traces(f, w, z, s->base.alpha * delta);
    scale_traces(f, z, is_greedy ? s->base.gamma * s->lambda : 0.0);
}

/// Peng and Williams (1996), figure 1.
static void peng(const linear_follow *f, const trace_setting *s, double *w, double *z)
{
    const double next = f->terminated ? 0.0 : linear_max(f, w, f->next_x);
    const double target = f->reward + s->base.gamma * next;
    const double own = target - linear_value(f, w, f->x, f->action);
    const double greedy = target - linear_max(f, w, f->x);
    scale_traces(f, z, s->base.gamma * s->lambda);
    add_traces(f, w, z, s->base.alpha * greedy);
    linear_add(f, w, f->x, f->action, s->base.alpha * own);
    raise_traces(f, s, z);
}

/// Every update of the agent is the book's, on all features that its traces are for.
static void check_traces(const char *agent_id, trace_book *book)
{
    static double w[LINEAR_WEIGHTS], z[LINEAR_WEIGHTS];
    int n_terminated = 0, n_truncated = 0;
    for (int world = 0; world < LINEAR_WORLDS; world++) {
        for (size_t j = 0; j < sizeof trace_settings / sizeof trace_settings[0]; j++) {
            const trace_setting *s = &trace_settings[j];
            if (!linear_worlds[world].is_binary && s->trace[0] == 'r') {
                continue;
            }
            char lambda[48], trace[48];
            snprintf(lambda, sizeof lambda, "lambda=%.17g", s->lambda);
            snprintf(trace, sizeof trace, "trace=%s", s->trace);
            const char *const assignments[] = {
                lambda, trace, s->clears ? "clears_other_actions=true" : NULL, NULL};
            static linear_follow f;
            f = linear_begin(&linear_worlds[world], agent_id, &s->base, assignments);
            memset(z, 0, sizeof z);
            for (int i = 0; i < 1000; i++) {
                linear_step(&f);
                scale_traces(&f, z, f.is_first ? 0.0 : 1.0);
                memcpy(w, f.w, sizeof w);
                book(&f, s, w, z);
                linear_assert(&f, w);
                n_terminated += f.terminated;
                n_truncated += f.truncated;
            }
            linear_end(&f);
        }
    }
    ASSERT_FOR(agent_id, n_terminated > 100 && n_truncated > 100);
}

START_TEST(test_sarsa_lambda)
{
    check_traces("sarsa_lambda", sarsa_lambda);
}
END_TEST

START_TEST(test_watkins_q_lambda)
{
    check_traces("watkins_q_lambda", watkins);
}
END_TEST

START_TEST(test_peng_q_lambda)
{
    check_traces("peng_q_lambda", peng);
}
END_TEST

/// An episode so far: x(S_t), A_t, R_t; moment `length` - 1 is not there after termination.
typedef struct record {
    int length;
    double x[64][LINEAR_FEATURES], r[64];
    int32_t a[64];
} record;

/// S&B section 10.2: G by eq. 10.4, w by eq. 10.5.
static void n_step_sarsa(const linear_follow *f, const record *e, int tau, int end, double *w)
{
    double g = 0.0, discount = 1.0;
    for (int i = tau + 1; i <= end; i++) {
        g += discount * e->r[i];
        discount *= f->setting.gamma;
    }
    g += end < e->length ? discount * linear_value(f, w, e->x[end], e->a[end]) : 0.0;
    const double error = g - linear_value(f, w, e->x[tau], e->a[tau]);
    linear_add(f, w, e->x[tau], e->a[tau], f->setting.alpha * error);
}

static void append(record *e, const double *x, int32_t action)
{
    ASSERT_FOR("episode", e->length < 64);
    memcpy(e->x[e->length], x, sizeof e->x[0]);
    e->a[e->length++] = action;
}

START_TEST(test_n_step_sarsa)
{
    static const struct {
        int n;
        linear_setting setting;
    } cases[] = {
        {1, {1.0, 0.5, 0.1}}, {2, {0.9, 0.3, 0.2}}, {8, {0.95, 0.2, 0.3}}, {64, {1.0, 0.1, 0.2}}};
    static double w[LINEAR_WEIGHTS];
    static linear_follow f;
    static record e;
    int n_terminated = 0, n_truncated = 0;
    for (int world = 0; world < LINEAR_WORLDS; world++) {
        for (size_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            const int n = cases[j].n;
            char text[48];
            snprintf(text, sizeof text, "n=%d", n);
            const char *const assignments[] = {text, NULL};
            f = linear_begin(&linear_worlds[world], "n_step_sarsa", &cases[j].setting, assignments);
            for (int i = 0; i < 1000; i++) {
                linear_step(&f);
                if (f.is_first) {
                    e.length = 0;
                    append(&e, f.x, f.action);
                }
                const int end = e.length;
                e.r[end] = f.reward;
                if (!f.terminated) {
                    append(&e, f.next_x, f.next_action);
                }
                memcpy(w, f.w, sizeof w);
                const int last = f.is_next_first ? end - 1 : end - n;
                for (int tau = end > n ? end - n : 0; tau <= last; tau++) {
                    n_step_sarsa(&f, &e, tau, end, w);
                }
                linear_assert(&f, w);
                n_terminated += f.terminated;
                n_truncated += f.truncated;
            }
            linear_end(&f);
        }
    }
    ASSERT_FOR("n_step_sarsa", n_terminated > 100 && n_truncated > 100);
}
END_TEST

TEST_MAIN(test_sarsa_lambda, test_watkins_q_lambda, test_peng_q_lambda, test_n_step_sarsa)
