// Environment variables of a process that trains.
#pragma once

namespace continuo {

/// Settings that libraries read once, when they are loaded: sets those of these that are not set already. True when it
/// set one: then a program that has loaded its libraries must be started anew.
/// - OMP_WAIT_POLICY=passive: threads that wait for work spin by default, which is ruinous while another program uses
///   the same cores.
/// - GLIBC_TUNABLES: by default a large tensor's memory goes back to the system with the tensor, and the next one's
///   pages are cleared and mapped anew, a third of the time of training a WaveNet. So what was freed is kept, in large
///   pages where the system has them.
bool set_learning_environment() noexcept;

}  // namespace continuo
