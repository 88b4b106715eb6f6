/// What a picture of an agent's estimates is called.
#include "tests/runs.h"

#ifdef RILL_HAS_SDL

#include "plots/window/field.h"

static void assert_title(const char *agent, const char *title, bool has_actions)
{
    rill_error error = {0};
    char text[256];
    snprintf(text, sizeof text,
             "{'environment': {'id': 'cliff_walking'}, 'agents': [%s], 'stop': {'steps': 1}}",
             agent);
    rill_experiment *experiment = experiment_of(text);
    const rill_variant *variant = &experiment->variants[0];
    field f;
    ASSERT_OK(field_open(&f, variant->world->env, variant->agent, &error), &error);
    ck_assert_int_eq(f.kind, FIELD_GRID);
    ck_assert_str_eq(field_title(&f), title);
    ck_assert_int_eq(f.has_actions, has_actions);
    f.is_of_traces = true;
    ck_assert_str_eq(field_title(&f), "Eligibility traces");
    field_close(&f);
    rill_experiment_destroy(experiment);
}

START_TEST(estimates_are_called_what_they_are)
{
    assert_title("{'id': 'sarsa'}", "Greatest action value", true);
    assert_title("{'id': 'td0', 'policy': {'id': 'uniform'}}", "State value", false);
    assert_title("{'id': 'actor_critic'}", "State value", true); // which also has a policy
    assert_title("{'id': 'qac'}", "Greatest action value", true);
}
END_TEST

TEST_MAIN(estimates_are_called_what_they_are)

#else

int main(void)
{
    return 77; // there is no window
}

#endif
