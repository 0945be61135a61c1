package io.agentstream.agents.capture;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The words of a language that values are understood by. They stand here, and not in the platform's locales, because a conversation
/// that is run again with another platform has to understand the same. Immutable; any thread.
///
/// @param digits from zero to nine, several words for one divided by `|`
/// @param unsure what is neither yes nor no, though it may have a word of theirs in it
/// @param negations what makes a yes a no when it stands before it
/// @param months from January, as they are written
/// @param weekdays from Monday, as they are written
/// @param days today, tomorrow, the day after
/// @param at what stands between the two parts of an e-mail address
/// @param signs dot, dash, underscore, plus
/// @param about what callers say before a name, an address or a number
/// @param date how a date is said: `W` weekday, `D` day, `M` month, `Y` year
record Lexicon(
        String language,
        List<String> digits,
        List<String> yes,
        List<String> no,
        List<String> unsure,
        List<String> negations,
        List<String> months,
        List<String> weekdays,
        List<String> days,
        List<String> at,
        List<String> signs,
        List<String> about,
        String date) {

    private static final List<Lexicon> ALL = List.of(
            new Lexicon(
                    "en", words("zero|oh|o|nought,one,two,three,four,five,six,seven,eight,nine"),
                    words("yes,yeah,yep,yup,sure,correct,right,exactly,absolutely,definitely,okay,ok,of course,that is it,please do"),
                    words("no,nope,nah,wrong,incorrect,never"), words("not sure,dont know,do not know,maybe,perhaps,no idea"),
                    words("not,isnt,arent"),
                    words("January,February,March,April,May,June,July,August,September,October,November,December"),
                    words("Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"), words("today,tomorrow,day after tomorrow"),
                    words("at"), words("dot|point|period,dash|hyphen|minus,underscore,plus"),
                    words("um,uh,well,yes,sure,hi,hello,okay,my,full,first,last,name,is,its,it,this,the,im,i,am,email,mail,e,address,number,"
                            + "would,be,call,me,thats,that,you,can,reach,at"),
                    "W, M D, Y"),
            new Lexicon(
                    "de", words("null,eins|ein,zwei|zwo,drei,vier,funf,sechs,sieben,acht,neun"),
                    words("ja,jawohl,jo,jap,genau,richtig,stimmt,korrekt,sicher,klar,gerne,okay,ok,naturlich"),
                    words("nein,ne,nee,falsch,niemals"), words("weiß nicht,weiss nicht,nicht sicher,vielleicht,keine ahnung"),
                    words("nicht"),
                    words("Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember"),
                    words("Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag|Sonnabend,Sonntag"), words("heute,morgen,ubermorgen"),
                    words("at,ät,klammeraffe"), words("punkt,minus|bindestrich|strich,unterstrich,plus"),
                    words("ah,ahm,also,ja,hallo,mein,meine,name,ist,ich,bin,heiße,heisse,der,die,das,es,lautet,e,mail,email,adresse,nummer,"
                            + "hier,spricht"),
                    "W, D. M Y"),
            new Lexicon(
                    "es", words("cero,uno|un|una,dos,tres,cuatro,cinco,seis,siete,ocho,nueve"),
                    words("sí,claro,correcto,exacto,vale,por supuesto,de acuerdo,eso es"), words("no,incorrecto,nunca,jamas"),
                    words("no se,no estoy seguro,no estoy segura,quizas,tal vez"), words("no"),
                    words("enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre"),
                    words("lunes,martes,miércoles,jueves,viernes,sábado,domingo"), words("hoy,mañana,pasado mañana"),
                    words("arroba"), words("punto,guion|menos,guion bajo,mas"),
                    words("eh,pues,si,hola,mi,nombre,es,me,llamo,soy,el,la,correo,electronico,direccion,numero"), "W, D de M de Y"),
            new Lexicon(
                    "fr", words("zero,un|une,deux,trois,quatre,cinq,six,sept,huit,neuf"),
                    words("oui,ouais,exact,exactement,correct,bien sur,d accord,daccord,cest ca,tout a fait"), words("non,faux,jamais"),
                    words("je ne sais pas,je sais pas,pas sur,peut etre"), words("pas"),
                    words("janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre"),
                    words("lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche"), words("aujourdhui,demain,apres demain"),
                    words("arobase,at"), words("point,tiret,tiret bas|underscore,plus"),
                    words("euh,alors,oui,bonjour,mon,ma,nom,est,cest,je,suis,mappelle,le,la,adresse,e,mail,email,numero"), "W D M Y"),
            new Lexicon(
                    "it", words("zero,uno|un|una,due,tre,quattro,cinque,sei,sette,otto,nove"),
                    words("sì,certo,esatto,giusto,corretto,va bene,daccordo"), words("no,sbagliato,mai"),
                    words("non lo so,non so,non sono sicuro,non sono sicura,forse"), words("non"),
                    words("gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre"),
                    words("lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica"), words("oggi,domani,dopodomani"),
                    words("chiocciola,at"), words("punto,trattino|meno,trattino basso|underscore,piu"),
                    words("ehm,allora,si,ciao,buongiorno,il,mio,la,mia,nome,e,mi,chiamo,sono,indirizzo,mail,email,numero"), "W D M Y"),
            new Lexicon(
                    "pt", words("zero,um|uma,dois|duas,tres,quatro,cinco,seis|meia,sete,oito,nove"),
                    words("sim,claro,certo,correto,exato,isso,com certeza"), words("não,errado,incorreto,nunca"),
                    words("nao sei,nao tenho certeza,talvez"), words("nao"),
                    words("janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro"),
                    words("segunda-feira|segunda,terça-feira|terça,quarta-feira|quarta,quinta-feira|quinta,sexta-feira|sexta,sábado,domingo"),
                    words("hoje,amanhã,depois de amanhã"),
                    words("arroba"), words("ponto,hifen|traco|menos,sublinhado|underline,mais"),
                    words("eh,entao,sim,ola,o,a,meu,minha,nome,e,chamo,me,sou,endereco,email,mail,numero"), "W, D de M de Y"),
            new Lexicon(
                    "nl", words("nul,een,twee,drie,vier,vijf,zes,zeven,acht,negen"),
                    words("ja,jawel,klopt,juist,correct,zeker,natuurlijk,oke,ok,prima"), words("nee,neen,fout,nooit"),
                    words("weet niet,weet ik niet,niet zeker,misschien,geen idee"), words("niet"),
                    words("januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december"),
                    words("maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag,zondag"), words("vandaag,morgen,overmorgen"),
                    words("apenstaartje,at"), words("punt,streepje|min,laag streepje|underscore,plus"),
                    words("eh,uh,nou,ja,hallo,mijn,naam,is,ik,ben,heet,het,de,e,mail,email,adres,nummer,met"), "W D M Y"));

    private static List<String> words(String joined) {
        return Stream.of(joined.split(",", -1)).toList();
    }

    /// That of a BCP 47 tag; English where we have no words of the language.
    static Lexicon of(String language) {
        String first = language.toLowerCase(Locale.ROOT).split("-", 2)[0];
        return ALL.stream().filter(each -> each.language().equals(first)).findFirst().orElseGet(ALL::getFirst);
    }

    /// Where in a list the words stand that begin at `from`; -1 where they stand nowhere. Of several that fit, the longest.
    static int index(List<String> list, List<String> said, int from) {
        int best = -1;
        int longest = 0;
        for (int at = 0; at < list.size(); at++) {
            for (String each : list.get(at).split("\\|", -1)) {
                List<String> words = Tokens.of(each);
                if (words.size() > longest && starts(said, from, words)) {
                    best = at;
                    longest = words.size();
                }
            }
        }
        return best;
    }

    /// How many words of `said` the entry of a list is that begins at `from`; 0 where none does.
    static int length(List<String> list, List<String> said, int from) {
        return list.stream()
                .flatMap(entry -> Stream.of(entry.split("\\|")))
                .map(Tokens::of)
                .filter(words -> starts(said, from, words))
                .mapToInt(List::size)
                .max()
                .orElse(0);
    }

    private static boolean starts(List<String> said, int from, List<String> words) {
        return !words.isEmpty() && from + words.size() <= said.size() && said.subList(from, from + words.size()).equals(words);
    }

    /// The date as it is read back.
    String spoken(LocalDate date) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < this.date.length(); at++) {
            switch (this.date.charAt(at)) {
                case 'W' -> out.append(weekdays.get(date.getDayOfWeek().getValue() - 1).split("\\|", 2)[0]);
                case 'D' -> out.append(date.getDayOfMonth());
                case 'M' -> out.append(months.get(date.getMonthValue() - 1));
                case 'Y' -> out.append(date.getYear());
                default -> out.append(this.date.charAt(at));
            }
        }
        return out.toString();
    }
}
