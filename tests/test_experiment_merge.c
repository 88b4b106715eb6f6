// What an experiment takes from the one that it extends.
#include "experiments/experiment_merge.h"
#include "tests/program.h"

typedef struct merge {
    const char *base, *json, *expected; ///< with ' for "
} merge;

static void check_merge(const merge *m)
{
    char *texts[] = {quoted(m->base), quoted(m->json), quoted(m->expected)};
    cJSON *trees[3];
    for (int i = 0; i < 3; i++) {
        trees[i] = cJSON_Parse(texts[i]);
        ck_assert_msg(trees[i] != NULL, "%s", texts[i]);
    }
    experiment_extend(trees[1], trees[0]);
    char *found = cJSON_PrintUnformatted(trees[1]);
    ck_assert_msg(cJSON_Compare(trees[1], trees[2], true), "%s with %s: %s", m->json, m->base,
                  found);
    free(found);
    for (int i = 0; i < 3; i++) {
        free(texts[i]);
        cJSON_Delete(trees[i]);
    }
}

/// The examples of RFC 7396, appendix A, that are about two objects.
START_TEST(test_merge_patch)
{
    static const merge cases[] = {
        {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
        {"{'a':'b'}", "{'a':null}", "{}"},
        {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
        {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
        {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
        {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
        {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
        {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_merge(&cases[i]);
    }
}
END_TEST

START_TEST(test_ids_and_params)
{
    static const merge cases[] = {
        // parameters belong to an id
        {"{'environment':{'id':'a','params':{'x':1},'max_episode_steps':5}}",
         "{'environment':{'params':{'y':2}}}",
         "{'environment':{'id':'a','params':{'x':1,'y':2},'max_episode_steps':5}}"},
        {"{'environment':{'id':'a','params':{'x':1},'max_episode_steps':5}}",
         "{'environment':{'id':'a','params':{'x':null}}}",
         "{'environment':{'id':'a','params':{},'max_episode_steps':5}}"},
        {"{'environment':{'id':'a','params':{'x':1},'max_episode_steps':5}}",
         "{'environment':{'id':'b','params':{'y':null}}}",
         "{'environment':{'id':'b','params':{}}}"},
        {"{'environment':{'params':{'x':1}}}", "{'environment':{'id':'b'}}",
         "{'environment':{'id':'b','params':{'x':1}}}"},
        // the value of a parameter is a whole
        {"{'params':{'alpha':{'schedule':'linear','from':1,'to':0,'over':5}}}",
         "{'params':{'alpha':{'schedule':'harmonic','from':2}}}",
         "{'params':{'alpha':{'schedule':'harmonic','from':2}}}"},
        {"{'params':{'id':{'id':1}}}", "{'params':{'id':{'x':null}}}",
         "{'params':{'id':{'x':null}}}"},
        // other arrays are wholes
        {"{'record':['return','length'],'sweep':[1]}", "{'record':['reward']}",
         "{'record':['reward'],'sweep':[1]}"},
        {"{'record':['return']}", "{'record':null}", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_merge(&cases[i]);
    }
}
END_TEST

#define TWO \
    "{'agents':[{'label':'A','id':'x','params':{'p':1,'q':2}},{'id':'y','policy':{'id':'g','params':{'e':1}}}]}"

START_TEST(test_agents)
{
    static const merge cases[] = {
        {TWO, "{}", TWO},
        {TWO, "{'agents':[{'label':'A'}]}",
         "{'agents':[{'label':'A','id':'x','params':{'p':1,'q':2}}]}"},
        {TWO, "{'agents':[{'label':'y'},{'label':'A','params':{'p':3,'q':null}},{'id':'z'}]}",
         "{'agents':[{'label':'y','id':'y','policy':{'id':'g','params':{'e':1}}},"
         "{'label':'A','id':'x','params':{'p':3}},{'id':'z'}]}"},
        {TWO, "{'agents':[{'id':'y','policy':{'params':{'e':2}}}]}",
         "{'agents':[{'id':'y','policy':{'id':'g','params':{'e':2}}}]}"},
        {TWO, "{'agents':[{'id':'y','policy':{'id':'h'}}]}",
         "{'agents':[{'id':'y','policy':{'id':'h'}}]}"},
        {TWO, "{'agents':[{'id':'y','policy':null}]}", "{'agents':[{'id':'y'}]}"},
        {TWO, "{'agents':[{'label':'A','id':'z'}]}", "{'agents':[{'label':'A','id':'z'}]}"},
        {TWO, "{'agents':[{'id':'x'}]}", "{'agents':[{'id':'x'}]}"}, // another label
        {TWO, "{'agents':[]}", "{'agents':[]}"},
        {TWO, "{'agents':null}", "{}"},
        {TWO, "{'agents':['y',{}]}", "{'agents':['y',{}]}"},
        {"{'agents':{'id':'x'}}", "{'agents':[{'id':'x'}]}", "{'agents':[{'id':'x'}]}"},
        {"{'agents':['x', 3]}", "{'agents':[{'id':'x'}]}", "{'agents':[{'id':'x'}]}"},
        // of two with one label the second finds nothing left
        {TWO, "{'agents':[{'label':'A'},{'label':'A'}]}",
         "{'agents':[{'label':'A','id':'x','params':{'p':1,'q':2}},{'label':'A'}]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_merge(&cases[i]);
    }
}
END_TEST

TEST_MAIN(test_merge_patch, test_ids_and_params, test_agents)
