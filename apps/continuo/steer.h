// Writing around what is given, at the terminal.
#pragma once

#include <string>

#include "continuo/weights/model_file.h"
#include "continuo/workbench/steered.h"

namespace continuo::app {

/// Runs the request and prints what was written, and `again`, what to type for the same. Throws Error; Interrupted.
void steer(const workbench::SteeredRequest& request, const weights::ModelFile& file, const std::string& again);

}  // namespace continuo::app
