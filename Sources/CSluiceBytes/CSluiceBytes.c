#include "CSluiceBytes.h"
