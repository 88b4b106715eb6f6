#include "plots/window/keys.h"

#include <stdio.h>
#include <string.h>

rill_status keys_next(const char **list, SDL_Keycode *key, rill_error *error)
{
    char text[32];
    const char *name = *list + strspn(*list, " ");
    const size_t length = strcspn(name, " ");
    *list = name + length;
    snprintf(text, sizeof text, "%.*s", (int)length, name);
    *key = strcmp(text, "question") == 0 ? SDLK_QUESTION : SDL_GetKeyFromName(text);
    if (length > 0 && *key == SDLK_UNKNOWN) {
        return rill_error_set(error, RILL_INVALID, "",
                              "no key is called \"%s\"; say left, up, s, 3, return, question",
                              text);
    }
    return RILL_OK;
}
