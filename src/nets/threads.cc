// Finds the thread controls of whatever BLAS library the process was linked to, at run time.
#include "continuo/nets/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

#include "continuo/base/parallel.h"

namespace continuo::nets {
namespace {

struct BlasControl {
  const char* library;
  const char* set_threads;  ///< void (int)
};
constexpr BlasControl kControls[] = {
    {"MKL", "MKL_Set_Num_Threads"}, {"OpenBLAS", "openblas_set_num_threads"}, {"BLIS", "bli_thread_set_num_threads"}};

struct Setting {
  const char* name;
  const char* value;
};
constexpr Setting kSettings[] = {
    {"OMP_WAIT_POLICY", "passive"},
    {"GLIBC_TUNABLES",
     "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1099511627776:"
     "glibc.malloc.top_pad=67108864:glibc.malloc.arena_max=1"}};

const BlasControl* find_control() {
  for (const auto& control : kControls)
    if (dlsym(RTLD_DEFAULT, control.set_threads) != nullptr) return &control;
  return nullptr;
}

}  // namespace

void set_threads(int openmp, int blas) {
  // BLAS first: an OpenMP build of OpenBLAS sets OpenMP's count along with its own.
  if (const BlasControl* control = find_control()) {
    using SetThreads = void (*)(int);
    reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, control->set_threads))(blas > 0 ? blas : available_cores());
  }
  at::set_num_threads(openmp > 0 ? openmp : available_cores());
}

std::string blas_library() {
  const BlasControl* control = find_control();
  return control != nullptr ? control->library : "unknown";
}

void start_for_training(char** argv) {
  bool changed = false;
  for (const auto& [name, value] : kSettings)
    changed = (std::getenv(name) == nullptr && setenv(name, value, 1) == 0) || changed;
  if (changed) execv("/proc/self/exe", argv);  // returns only when it failed: slower, not wrong
}

}  // namespace continuo::nets
