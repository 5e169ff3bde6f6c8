#include "slad/model/figures.h"

const char *state_name(enum state state) {
    switch (state) {
    case STATE_NO_DATA: return "no_data";
    case STATE_MET: return "met";
    case STATE_BREACHED: return "breached";
    }
    return "";
}
