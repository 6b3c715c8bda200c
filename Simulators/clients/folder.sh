#!/bin/sh
# A claims computer at the shared folder: asks about one person by insurance details, prints what
# their insurance is worth. Documentation/exchange.md has the files.
#
#   folder.sh FOLDER INSTITUTION INSURER SYMBOL NUMBER BRANCH BIRTHDATE(YYYYMMDD)
#
# Exit: 0 answered, 1 the answer names an error, 2 no answer within WAIT seconds (default 30).
set -eu
folder=$1 institution=$2 insurer=$3 symbol=$4 number=$5 branch=$6 birth=$7
serial=$(date +%Y%m%d%H%M%S)$$
request=OQSsiquc01req_$serial.xml
answer=OQSsiquc01res_$serial.xml

# Under another name first, then renamed: nobody reads half a request.
cat >"$folder/req/.$request" <<XML
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
<MessageHeader>
<MedicalInstitutionCode>$institution</MedicalInstitutionCode>
<ArbitraryFileIdentifier>$serial</ArbitraryFileIdentifier>
</MessageHeader>
<MessageBody>
<QualificationConfirmSearchInfo>
<InsurerNumber>$insurer</InsurerNumber>
<InsuredCardSymbol>$symbol</InsuredCardSymbol>
<InsuredIdentificationNumber>$number</InsuredIdentificationNumber>
<InsuredBranchNumber>$branch</InsuredBranchNumber>
<Birthdate>$birth</Birthdate>
<LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>
</QualificationConfirmSearchInfo>
</MessageBody>
</XmlMsg>
XML
mv "$folder/req/.$request" "$folder/req/$request"

left=$((${WAIT:-30} * 5))
while [ ! -f "$folder/res/$answer" ]; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
        rm -f "$folder/req/$request"
        echo "no answer" >&2
        exit 2
    fi
    sleep 0.2
done

# An answer is whole as soon as it has its name; programs that read more use an XML parser.
value() { sed -n "s:.*<$1>\([^<]*\)</$1>.*:\1:p" "$folder/res/$answer" | head -n 1; }
if [ "$(value SegmentOfResult)" != 1 ]; then
    echo "$(value ErrorCode) $(value ErrorMessage)" >&2
    rm -f "$folder/res/$answer"
    exit 1
fi
case $(value QualificationValidity) in
1) echo "有効" ;;
2) echo "無効" ;;
3) echo "無効（新しい資格あり）" ;;
4) echo "該当資格なし" ;;
5) echo "複数該当" ;;
*) echo "不明" ;;
esac
value Name
rm -f "$folder/res/$answer"
