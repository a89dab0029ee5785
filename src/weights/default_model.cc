// Where the default model lies.
#include "continuo/weights/default_model.h"

#include <cstdlib>
#include <system_error>

#include "continuo/base/error.h"

namespace continuo::weights {

namespace fs = std::filesystem;

fs::path default_model() {
  std::error_code code;
  if (const char* chosen = std::getenv("CONTINUO_MODEL"); chosen != nullptr && *chosen != '\0') {
    if (!fs::is_regular_file(chosen, code)) {
      throw Error({.message = "no such model",
                   .path = chosen,
                   .hint = "Correct the environment variable CONTINUO_MODEL, or unset it.",
                   .code = ErrorCode::kNotFound});
    }
    return chosen;
  }
  // A package that was moved as a whole keeps its model.
  const fs::path program = fs::read_symlink("/proc/self/exe", code);
  const fs::path name = "default.safetensors";
  for (const fs::path& folder : {program.parent_path().parent_path() / CONTINUO_MODELS_FROM_PREFIX,
                                 fs::path(CONTINUO_INSTALLED_MODELS), fs::path(CONTINUO_SOURCE_MODELS)}) {
    if (fs::is_regular_file(folder / name, code)) return folder / name;
  }
  throw Error({.message = "the model that comes with Continuo is not installed",
               .hint = "Set CONTINUO_MODEL to the default.safetensors of the project's folder models.",
               .code = ErrorCode::kNotFound,
               .remedy = Remedy::kNameModel});
}

}  // namespace continuo::weights
