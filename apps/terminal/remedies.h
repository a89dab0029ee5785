// What to do about an error, in the terms of the command line.
#pragma once

#include <string>

#include "continuo/base/error.h"

namespace continuo::app {

/// The error's own text, and its remedy as a sentence about options and commands where it has one.
std::string explained(const Error& error);

}  // namespace continuo::app
