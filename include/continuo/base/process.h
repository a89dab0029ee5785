// What a command-line program owes those who start it: standard streams that are what they seem, and output that is not
// lost in silence.
#pragma once

namespace continuo {

/// To be called first in main(). Descriptors 0 to 2 that are closed are opened on /dev/null, so that no file which is
/// opened later becomes the standard output or error. A write beyond the limit on file sizes fails with an error
/// instead of ending the process.
void prepare_process() noexcept;

/// To be called last in main(): writes what standard output still holds. Throws Error when any of it could not be
/// written (a full disk).
void finish_output();

}  // namespace continuo
