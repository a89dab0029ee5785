// A representation as it is asked for on the command line.
#pragma once

#include <string>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::app {

/// "remi, events, ...".
std::string representation_list();

/// Throws Error for a setting that is not NAME=VALUE, and for what the representation refuses.
representation::RepresentationSpec representation_of(const std::string& name, const std::vector<std::string>& settings);

}  // namespace continuo::app
