// The tables, one for each file that is compiled for an instruction set, and their notes that they ran.
#pragma once

#include "engine/kernel_table.h"

namespace continuo::engine {

extern const Kernels kScalarKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvxVnniKernels;
extern const Kernels kAvx512Kernels;
extern const Kernels kAmxKernels;
extern const Kernels kNeonKernels;
extern const Kernels kNeonDotKernels;

/// By InstructionSet: set by the products themselves.
extern bool kernels_that_ran[8];

}  // namespace continuo::engine
