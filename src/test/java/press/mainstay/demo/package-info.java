/// What surrounds the service in the demo and in tests: PostgreSQL, captured mail, a clock that can be moved.
///
/// Plain classes without stereotypes: component scan looks through this package too.
@NullMarked
package press.mainstay.demo;

import org.jspecify.annotations.NullMarked;
