// Settings of OpenMP and of the memory allocator.
#include "continuo/base/learning_environment.h"

#include <cstdlib>

namespace continuo {
namespace {

struct Variable {
  const char* name;
  const char* value;
};
constexpr Variable kVariables[] = {
    {"OMP_WAIT_POLICY", "passive"},
    {"GLIBC_TUNABLES",
     "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1099511627776:"
     "glibc.malloc.top_pad=67108864:glibc.malloc.arena_max=1"}};

}  // namespace

bool set_learning_environment() noexcept {
  bool changed = false;
  for (const auto& [name, value] : kVariables)
    changed = (std::getenv(name) == nullptr && setenv(name, value, 1) == 0) || changed;
  return changed;
}

}  // namespace continuo
