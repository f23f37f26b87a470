/// Who the newsroom is to its readers: name, looks, languages, zone, address on the web.
@NullMarked
package press.mainstay.newsroom;

import org.jspecify.annotations.NullMarked;
