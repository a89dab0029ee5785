// The model that comes with Continuo, so that composing needs none to be named.
#pragma once

#include <filesystem>

namespace continuo::weights {

/// The file: that of the environment variable CONTINUO_MODEL, the one installed beside the program, the one in the
/// place that the build was configured to install to, or the one in the sources that were built. Throws Error when the
/// variable names no file, or there is none of them.
std::filesystem::path default_model();

}  // namespace continuo::weights
