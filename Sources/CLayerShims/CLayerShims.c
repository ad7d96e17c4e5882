#include "CLayerShims.h"
