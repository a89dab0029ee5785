// Finds the thread controls of whatever BLAS library the process was linked to, at run time.
#include "continuo/nets/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <unistd.h>

#include "continuo/base/learning_environment.h"
#include "continuo/base/parallel.h"

namespace continuo::nets {
namespace {

struct BlasControl {
  const char* library;
  const char* set_threads;  ///< void (int)
};
constexpr BlasControl kControls[] = {
    {"MKL", "MKL_Set_Num_Threads"}, {"OpenBLAS", "openblas_set_num_threads"}, {"BLIS", "bli_thread_set_num_threads"}};

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
  if (set_learning_environment()) execv("/proc/self/exe", argv);  // returns only when it failed: slower, not wrong
}

}  // namespace continuo::nets
