#pragma once

#include <cstdint>
#include <string>

#include "domain/result.h"

namespace firstcome::node {

enum class Access : std::uint8_t {
  Read,   ///< audit, explain, check …: changes nothing in the folder
  Write,  ///< a server, and commands that change data
};

/// Checks that the user of this process may use a data folder and the files of journal and store in it. The
/// error names the first file that the user may not use, its owner, the user, and what to do. A missing
/// folder or file is not an error. For writing, it also refuses a folder or file that other users may use.
Status check_access(const std::string& folder, Access access);

Error no_such_folder(const std::string& folder);

/// Checks that a file of journal or store exists. The error names the folder to specify.
Status check_there(const std::string& folder, const std::string& file);

}  // namespace firstcome::node
