import java.net.URI;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import com.sun.source.util.JavacTask;

/** Parses standard input as a file of Java or, where it is none, as the inside of a method. */
class Parse {
    public static void main(String[] words) throws Exception {
        String text = new String(System.in.readAllBytes(), "UTF-8");
        List<?> faults = faultsOf(text);
        if (!faults.isEmpty()) faults = faultsOf("class X { void x() throws Exception {\n" + text + "\n} }");
        faults.forEach(System.err::println);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    static List<? extends Diagnostic<?>> faultsOf(String text) throws Exception {
        var source = new SimpleJavaFileObject(URI.create("string:///X.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        var faults = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        ((JavacTask) compiler.getTask(null, null, faults, null, null, List.of(source))).parse();
        return faults.getDiagnostics();
    }
}
