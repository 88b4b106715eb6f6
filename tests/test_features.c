// Feature maps: the registry's habits, and the one-hot map.
#include "tests/conformance.h"

START_TEST(test_registry)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_features_type_list()[i] != NULL; i++) {
        const rill_features_type *type = rill_features_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_features_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        check_param_table(type->id, type->params, type->params_size);
    }
    check_files_are_ids("approx", "features_", ids);
    rill_error error = {0};
    ck_assert_ptr_null(rill_features_type_find("onehot", &error));
    ck_assert_str_eq(error.message, "unknown feature map \"onehot\"; did you mean \"one_hot\"?");
}
END_TEST

START_TEST(test_one_hot)
{
    rill_error error = {0};
    rill_features features = {0};
    const rill_features_type *type = rill_features_type_find("one_hot", &error);
    ASSERT_OK(rill_features_create(&features, type, NULL, rill_space_discrete(11), &error), &error);
    ck_assert_int_eq(features.size, 11);
    for (int32_t i = 0; i < 11; i++) {
        ck_assert_int_eq(rill_features_active(&features, (rill_observation){.index = i}), i);
    }
    rill_features_destroy(&features);
    ck_assert_ptr_null(features.params);
    rill_features_destroy(&features); // twice is fine
}
END_TEST

START_TEST(test_one_hot_refuses_a_box)
{
    static const double low[] = {0.0, 0.0}, high[] = {1.0, 1.0};
    rill_error error = {0};
    rill_features features = {0};
    const rill_features_type *type = rill_features_type_find("one_hot", &error);
    void *params = rill_params_create(type->params, type->params_size); // freed by the failure
    ck_assert_int_eq(
        rill_features_create(&features, type, params, rill_space_box(2, low, high), &error),
        RILL_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "one_hot needs discrete observations"));
    ck_assert_ptr_nonnull(strstr(error.message, "a box of 2 numbers"));
    ck_assert_ptr_null(features.params);
}
END_TEST

TEST_MAIN(test_registry, test_one_hot, test_one_hot_refuses_a_box)
