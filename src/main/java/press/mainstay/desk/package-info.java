/// Where staff see to the books and the queues: what is wrong, and the jobs that mend it.
@NullMarked
package press.mainstay.desk;

import org.jspecify.annotations.NullMarked;
